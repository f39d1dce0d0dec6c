import { type Clock, systemClock } from "../base/clock.ts";

/** The part of a WHATWG WebSocket that is used. */
export interface Socket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  /** Ends it without a word, where there is such a thing. */
  terminate?(): void;
}

/** What opens WebSockets. Only some take headers: browsers take the object for a subprotocol. */
export type SocketClass = new (
  url: string,
  init?: { readonly headers: Readonly<Record<string, string>> },
) => Socket;

/** The world as a client sees it, so that tests can bring their own. */
export interface Environment {
  readonly clock: Clock;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
  readonly fetch: (url: URL, init: RequestInit) => Promise<Response>;
  /** `undefined` where the runtime has none, such as Node below 22. */
  readonly WebSocket: SocketClass | undefined;
  /** Calls `listener` whenever waiting makes no more sense; returns what stops that. */
  readonly onWake: (listener: () => void) => () => void;
}

/** What pages have, and runtimes of servers have not. */
declare const document:
  | {
    readonly visibilityState: string;
    addEventListener(
      type: string,
      listener: () => void,
      options: { readonly signal: AbortSignal },
    ): void;
  }
  | undefined;

/** The world as it is. */
export const environment: Environment = {
  clock: systemClock,
  random: Math.random,
  fetch: (url, init) => fetch(url, init),
  get WebSocket() {
    return typeof WebSocket === "function" ? WebSocket as unknown as SocketClass : undefined;
  },
  onWake(listener) {
    if (typeof addEventListener !== "function") return () => {};
    const stop = new AbortController();
    addEventListener("online", listener, stop);
    if (typeof document === "object") {
      const seen = () => document!.visibilityState === "visible" && listener();
      document.addEventListener("visibilitychange", seen, stop);
    }
    return () => stop.abort();
  },
};
