import type { Connection } from "../connection/connection.ts";

/**
 * Something that the server did to a client, and that you should know. The first one of each route
 * and cause is reported at once; more of them are counted, and reported once a minute.
 */
export interface Report {
  /**
   * `closed`: a limit ended a connection. `refused`: an opening handshake was refused. `option`: an
   * option of a route has no effect, or is missing. `lost`: a client left in the middle of the
   * upgrade, and Deno may keep its file descriptor for good. `call`: a hub has refused a call whose
   * arguments are not what its schemas take.
   */
  readonly kind: "closed" | "refused" | "option" | "lost" | "call";
  /**
   * What is counted together: the cause of a close (`payload-too-large`, `backpressure`), the status
   * of a refusal (`403`), the name of an option, `upgrade` for a lost client, `arguments` for a call.
   */
  readonly cause: string;
  /** How often it has happened since the last report of this route and cause, or 1. */
  readonly count: number;
  /** The last time it happened, in words: the close reason, or what was expected and what came. */
  readonly message: string;
  /** The last connection that was closed. */
  readonly connection?: Connection | undefined;
  /** The `Origin` of the last request that was refused, if it had one. */
  readonly origin?: string | undefined;
  /** The IP address of the last client; `""` where nobody knows it. */
  readonly remoteAddress: string;
  /** The limit that the route has for `payload-too-large`, in bytes. */
  readonly limit?: number | undefined;
}
