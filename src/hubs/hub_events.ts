import type { CloseCause } from "../connection/close.ts";
import type { Context, ContextCall } from "./context.ts";
import { errorText, HubError, isA, isAbort, texts } from "./hub_error.ts";
import type { HubState } from "./hub_state.ts";
import type { Session } from "./session.ts";

/** What all share who need not be told. */
const SUCCEEDED = Promise.resolve(true);

/** Both events of a hub for one client, each of them once and within the filters. */
export class HubEvents {
  readonly #hub: HubState;
  readonly #session: Session;
  /** Settles to whether `onConnected` has succeeded; `undefined` before it was called. */
  #connected: Promise<boolean> | undefined;

  constructor(hub: HubState, session: Session) {
    this.#hub = hub;
    this.#session = session;
  }

  /** The client has shaken hands: runs `onConnected`, and then `ready`, at once if it can. */
  connected(ready: () => void): void {
    const { onConnected, filters } = this.#hub.options;
    if (!onConnected && filters.length === 0) {
      this.#connected = SUCCEEDED;
      return ready();
    }
    const run = (context: Context) => onConnected?.(context as never);
    this.#connected = this.#run("onConnected", run, []).then(() => {
      ready();
      return true;
    }).catch((error) => {
      this.#refuse(error);
      return false;
    });
  }

  /** The client is gone: runs `onDisconnected`, if `onConnected` has succeeded, and when it has. */
  disconnected(cause: CloseCause): void {
    const { onDisconnected, filters } = this.#hub.options;
    if (this.#connected === undefined || (!onDisconnected && filters.length === 0)) return;
    const run = (context: Context) => onDisconnected?.(context as never, cause);
    this.#connected.then((succeeded) => {
      return succeeded ? this.#run("onDisconnected", run, [cause]) : undefined;
    }).catch((error) => this.#session.transport.report(error));
  }

  /** The client may not connect, and need not try again. */
  #refuse(error: unknown): void {
    const session = this.#session;
    // Code that has listened to its signal, and has given up, is no fault.
    const gaveUp = session.gone && isAbort(error);
    if (!gaveUp && !isA(HubError, error)) session.transport.report(error);
    session.close({
      cause: "handler-error",
      error: errorText(texts.closed, error, session.limits.enableDetailedErrors),
      allowReconnect: false,
      code: 1011,
    });
  }

  async #run(
    name: "onConnected" | "onDisconnected",
    run: (context: Context) => unknown,
    args: readonly unknown[],
  ): Promise<void> {
    const context = this.#hub.contextOf(this.#session, new EventCall(name, this.#session));
    await this.#hub.run(context, name, args, () => run(context));
  }
}

/** An event as its context sees it. */
class EventCall implements ContextCall {
  readonly #name: string;
  readonly #session: Session;

  constructor(name: string, session: Session) {
    this.#name = name;
    this.#session = session;
  }

  get signal(): AbortSignal {
    return this.#session.signal;
  }

  /** @throws {TypeError} In `onConnected`: no answer can come before it has ended. */
  beforeAnswer(call: string): void {
    if (this.#name !== "onConnected") return;
    const expected = "a client that is connected, got one whose onConnected has yet to end";
    throw new TypeError(`Cannot call ${call}: expected ${expected}`);
  }
}
