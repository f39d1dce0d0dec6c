import type { Connection } from "../connection/connection.ts";
import type { InnerEvents } from "../connection/connection_view.ts";
import type { OpenEvent } from "../connection/events.ts";
import { MessageType } from "../wire/message.ts";
import type { HubProtocol } from "../wire/protocol.ts";
import type { Session } from "./session.ts";

/** Milliseconds for which they are kept: as long as clients try to come back to a session. */
const KEPT = 60_000;

/** What a client is told that was sent away while nothing reached it: the events of its WebSocket. */
export class Farewell implements InnerEvents {
  /** The name of its user. */
  readonly userId: string | undefined;
  readonly #messages: readonly (string | Uint8Array<ArrayBuffer>)[];

  constructor(userId: string | undefined, protocol: HubProtocol) {
    this.userId = userId;
    const close = { type: MessageType.close } as const;
    const sequence = { type: MessageType.sequence, sequenceId: 1 } as const;
    // Microsoft's client hears nothing before the sequence: it would come back again and again.
    this.#messages = [close, sequence, close].map((message) => protocol.encode(message));
  }

  onOpen(_event: OpenEvent, connection: Connection): void {
    for (const message of this.#messages) connection.send(message);
    connection.close(1000);
  }
}

/**
 * Clients that could have come back, and that a handler has sent away for good: where nothing reached
 * them any more, they hear of it when they come back. Without that they would begin anew.
 */
export class Farewells {
  readonly #most: number;
  /** By their tokens, with the time of each, the oldest first. */
  readonly #all = new Map<string, { readonly since: number; readonly farewell: Farewell }>();

  /** @param most How many are kept, of which the oldest are forgotten first. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many there are. */
  get size(): number {
    return this.#all.size;
  }

  /** A client is gone. Whoever cannot come back, or was not sent away, is of no interest. */
  add(token: string, session: Session, now: number): void {
    const { aborted, continuity, protocol, userId } = session;
    if (!aborted || continuity === undefined || protocol === undefined) return;
    for (const [old, { since }] of this.#all) {
      if (now - since < KEPT && this.size < this.#most) break;
      this.#all.delete(old);
    }
    this.#all.set(token, { since: now, farewell: new Farewell(userId, protocol) });
  }

  /** What a client with this token is to be told; `undefined` if nothing is. */
  get(token: string, now: number): Farewell | undefined {
    const found = this.#all.get(token);
    return found !== undefined && now - found.since < KEPT ? found.farewell : undefined;
  }
}
