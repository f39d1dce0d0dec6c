import type { Cut } from "./cut.ts";
import type { Data } from "./link.ts";
import type { Session } from "./session.ts";

/** A link on which the hub protocol is spoken: from the handshake, or from where a session was cut. */
export interface Line {
  readonly session: Session;
  /** Whether it can be sent to. */
  live: boolean;
  /** Bytes that the server may not have got yet. */
  readonly waiting: number;
  /** Rejects with the cut that ends it. */
  readonly ended: Promise<never>;
  /** Sends a message that has a number. */
  send(data: Data): void;
  /** Says that the client is there, so that a network which is gone is noticed. */
  ping(): void;
  /** Ends it, and the session with it. What it returns settles when the server knows. */
  close(cut: Cut): unknown;
}
