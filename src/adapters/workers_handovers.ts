import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import { broken } from "../connection/close.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { WorkersWebSocket } from "./workers_api.ts";

/** Milliseconds after which the runtime has the response: whatever comes after us may take its time. */
const PATIENCE = 5_000;

/** The client's half of a pair. */
export type ClientHalf = Pick<WorkersWebSocket, "accept" | "close">;

interface Handover {
  readonly half: ClientHalf;
  /** The method of the runtime. */
  readonly accept: () => void;
  readonly due: number;
}

/**
 * The client's halves of new pairs, until the runtime has taken them over with their responses. Whose
 * client has left during its handshake is taken over by nobody: nothing would ever tell of the end of
 * its connection, which would keep its place for ever.
 */
export class WorkersHandovers {
  readonly #waiting = new Map<ServerConnection, Handover>();
  #clock: Clock | undefined;
  #cancel: (() => void) | undefined;
  #settled = new Deferred<void>();

  /** Resolves when none is waited for. */
  get settled(): Promise<void> {
    return this.#waiting.size === 0 ? Promise.resolve() : this.#settled.promise;
  }

  /** There are connections, until the returned function is called. */
  start(clock: Clock): () => void {
    this.#clock = clock;
    return () => {
      this.#waiting.clear();
      this.#wait();
    };
  }

  /** The response with this half of a connection is on its way. */
  add(connection: ServerConnection, half: ClientHalf): void {
    const accept = half.accept.bind(half);
    const due = this.#clock!.now() + PATIENCE;
    this.#waiting.set(connection, { half, accept, due });
    // Who calls us from the same Worker may be the client.
    half.accept = () => {
      this.#waiting.delete(connection);
      accept();
    };
    this.#wait();
  }

  #wait(): void {
    const [next] = this.#waiting.values();
    if (next === undefined) {
      this.#cancel?.();
      this.#cancel = undefined;
      this.#settled.resolve();
      this.#settled = new Deferred();
      return;
    }
    const clock = this.#clock!;
    this.#cancel ??= clock.after(Math.max(0, next.due - clock.now()), () => {
      this.#cancel = undefined;
      this.#look(clock.now());
      this.#wait();
    });
  }

  #look(now: number): void {
    for (const [connection, { half, accept, due }] of this.#waiting) {
      if (due > now) return;
      this.#waiting.delete(connection);
      if (wasTaken(accept)) continue;
      connection.ended(broken("network"));
      // The runtime need not keep it either.
      half.close();
    }
  }
}

/** Whether the runtime has taken a half over: then nobody else can accept it any more. */
function wasTaken(accept: () => void): boolean {
  try {
    accept();
    return false;
  } catch {
    return true;
  }
}
