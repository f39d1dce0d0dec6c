import type { ConnectionRequest } from "../connection/connection.ts";
import type { Refused } from "../handshake/verdict.ts";

/**
 * An opening handshake that was let in. Both can be called again, and do nothing then; what they throw
 * is reported.
 */
export interface Admission {
  /** The pipeline has answered. */
  readonly answered: () => void;
  /** The runtime has let go of the connection, or there is none after all. */
  readonly ended: () => void;
}

/** Whom a server lets in. `perAddress` of the entry for limits makes one. */
export interface HandshakeLimit {
  /**
   * Asked for each opening handshake, before any of your code runs, and for each client that
   * negotiates with a hub, which takes no place: it is told at once that this has ended.
   *
   * @param remoteAddress Of the TCP peer; `""` where nobody knows it.
   * @param now Milliseconds of the server's clock.
   * @returns What is told how it goes on; a refusal; or a sentence that says why it cannot tell, with
   * which the handshake is let in.
   */
  admit(request: Request, remoteAddress: string, now: number): Admission | Refused | string;

  /**
   * Makes the same limit, which has counted nobody. Each Durable Object of a class has its own one: a
   * process may serve several of them, and they end without a word. A limit that is without this counts
   * for all of them.
   */
  anew?(): HandshakeLimit;

  /**
   * Asked for each connection that was let in before its Durable Object slept, when that wakes, with a
   * limit that was made anew: it has its place still. A limit that is without it forgets those connections.
   *
   * @returns What is told when it ends; nothing if the limit does not count it.
   */
  resume?(remoteAddress: string, now: number): Pick<Admission, "ended"> | undefined;

  /**
   * Asked when the connection of a client of a hub was cut off that may come back: whether it is kept
   * until then. Its coming back is a handshake like any other. Without this, it is.
   *
   * @param request That of the connection.
   * @param now Milliseconds of the server's clock.
   * @returns What is called once when it is kept no longer; `undefined` if it is not to be kept.
   */
  absent?(request: ConnectionRequest, now: number): (() => void) | undefined;
}
