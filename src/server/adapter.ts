import type { Host } from "./server_state.ts";
import type { UpgradeIntent } from "./request_state.ts";

/** What a server answers a request with. `context` is what the runtime passes beside the request. */
export type FetchHandler = (
  request: Request,
  context: never,
) => Response | Promise<Response>;

/** Where a server listens, and what else its runtime is told. */
export interface ListenOptions {
  readonly port: number;
  readonly hostname: string;
  /** The certificate chain for TLS, PEM. */
  readonly cert?: string | undefined;
  /** The private key for TLS, PEM. */
  readonly key?: string | undefined;
  /** Options of the runtime itself, handed on as they are. */
  readonly native: Readonly<Record<string, unknown>>;
}

/** A server that listens. */
export interface Listener {
  readonly port: number;
  /** Takes no new requests and resolves when those under way are answered. */
  stop(): Promise<void>;
  /** Ends at once whatever is left. Missing where the runtime cannot. */
  abort?(): void;
}

/** The port that a runtime implements: one server, one way to switch protocols. */
export interface Adapter {
  /** Whether this is the runtime that we run on. */
  detect(): boolean;

  /**
   * Answers the opening handshake of `request` with a 101 and brings a connection to life.
   *
   * @param context What the runtime passed to fetch beside the request.
   * @param response What the pipeline made: its headers go on the 101, but for those that the
   * handshake owns.
   * @throws {TypeError} If `request` or `context` is not what the runtime itself passed.
   */
  commit(
    request: Request,
    context: unknown,
    intent: UpgradeIntent,
    response: Response,
    host: Host,
  ): Response;

  /** Connections that the process has file descriptors for, as far as it can know. */
  connectionLimit(): number;

  /** Starts a server. */
  listen(
    options: ListenOptions,
    fetch: (request: Request, context: unknown) => Response | Promise<Response>,
    host: Host,
  ): Listener;
}
