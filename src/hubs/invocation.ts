import type { Invocation, StreamInvocation } from "../wire/message.ts";
import type { ContextCall } from "./context.ts";
import type { NamedCallable } from "./methods.ts";
import type { Session } from "./session.ts";
import type { WatchedCall } from "./watched_call.ts";

/** One call of a client, from its arrival to its completion. */
export class HubInvocation implements ContextCall {
  readonly message: Invocation | StreamInvocation;
  readonly callable: NamedCallable;
  /** Bytes that it is counted with while it waits. */
  readonly cost: number;
  /** Whether the client wants no more of it. */
  cancelled = false;
  /** How those see it who watch; `undefined` if nobody does. */
  watched: WatchedCall | undefined;
  readonly #session: Session;
  readonly #waits: (call: HubInvocation) => void;
  #abort: AbortController | undefined;

  /** @param waits Called before its handler waits for a client. */
  constructor(
    message: Invocation | StreamInvocation,
    callable: NamedCallable,
    cost: number,
    session: Session,
    waits: (call: HubInvocation) => void,
  ) {
    this.message = message;
    this.callable = callable;
    this.cost = cost;
    this.#session = session;
    this.#waits = waits;
  }

  /** Its id; `undefined` if nobody waits for an answer. */
  get id(): string | undefined {
    // An empty one is none, in ASP.NET Core too.
    return this.message.invocationId || undefined;
  }

  /** The streams that the client uploads with it. */
  get streamIds(): readonly string[] {
    return this.message.streamIds ?? [];
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.cancelled || this.#session.gone) this.#abort.abort();
    }
    return this.#abort.signal;
  }

  beforeAnswer(): void {
    this.#waits(this);
  }

  /** The client cancels it, or is gone. */
  cancel(): void {
    this.cancelled = true;
    this.#abort?.abort();
  }
}
