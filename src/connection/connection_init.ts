import type { WebSocketEvents } from "./events.ts";
import type { Limits } from "./limits.ts";

/** What a connection begins with: what the route says, and what the handshake agreed on. */
export interface ConnectionInit {
  readonly events: WebSocketEvents;
  /** The subprotocol; `""` for none. */
  readonly protocol: string;
  readonly limits: Limits;
  /** Bytes from which on messages are compressed; `false` and `undefined` for never. */
  readonly compression?: number | false | undefined;
  readonly data: unknown;
  /** Called once, when the connection has ended and the handlers are done, or there is none after all. */
  readonly ended?: () => void;
  /** Called once, when the runtime has let go of the connection, or there is none after all. */
  readonly released?: () => void;
}
