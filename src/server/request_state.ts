import { usageError } from "../base/usage_error.ts";
import { VERSION } from "../base/version.ts";
import type { ConnectionInit } from "../connection/connection_init.ts";
import type { Opening } from "../handshake/opening.ts";
import type { Admission } from "./admission.ts";
import type { ServerState } from "./server_state.ts";

/** An opening handshake that a route has accepted, and that the pipeline has yet to agree to. */
export interface PendingUpgrade extends ConnectionInit {
  /** What the response must carry beside its status; `undefined` if the status says enough. */
  readonly token: string | undefined;
}

/** What we know of a request while the pipeline of a wrapped server runs. */
export interface RequestState {
  /** Of the copy of edgesocket that wrapped the server. */
  readonly version: string;
  readonly server: ServerState;
  /** `undefined` if the request asks for no WebSocket. */
  readonly opening: Opening | undefined;
  /** What the limits of the server are told; `undefined` if there are none. */
  readonly admission: Admission | undefined;
  /** What the runtime passed beside the request; `undefined` if it asks for a WebSocket. */
  readonly context: unknown;
  /** Whether the runtime has been asked to notice if the client leaves. */
  watched: boolean;
  /** Left behind by `upgradeWebSocket`. */
  pending: PendingUpgrade | undefined;
  /**
   * Upgrades at once, if the pipeline is held as long as the connection; the response that it answers
   * with can be awaited until then.
   */
  hold: ((pending: PendingUpgrade, response: Response) => Response) | undefined;
}

/**
 * Where a request carries its state. A copy of the request does not have it. Not a WeakMap:
 * collecting its entries takes V8 a tenth of each upgrade. One for all copies of edgesocket in the
 * process, so that a server from JSR finds the routes of a package from npm.
 */
const STATE = Symbol.for("edgesocket");

interface StatefulRequest extends Request {
  [STATE]?: RequestState | undefined;
}

/** Whether a request belongs to a wrapped server, of whatever version. */
export function isWrapped(request: StatefulRequest): boolean {
  return request[STATE] !== undefined;
}

/** Says which server a request belongs to, and what it asks for. */
export function setRequestState(
  request: StatefulRequest,
  server: ServerState,
  opening: Opening | undefined,
  admission?: Admission | undefined,
  context?: unknown,
): RequestState {
  return request[STATE] = {
    version: VERSION,
    server,
    opening,
    admission,
    context,
    watched: false,
    pending: undefined,
    hold: undefined,
  };
}

/**
 * What is known of a request, if it belongs to a wrapped server.
 *
 * @throws {Error} If that server is of another version.
 */
export function requestState(request: StatefulRequest): RequestState | undefined {
  const state = request[STATE];
  if (state !== undefined && state.version !== VERSION) {
    throw usageError("upgrade", `edgesocket ${VERSION} everywhere`, state.version, Error);
  }
  return state;
}

/**
 * The pipeline has answered. Nothing of it may outlive that on the request, which runtimes may keep as
 * long as its connection; another server may take it over.
 */
export function clearRequestState(request: StatefulRequest): void {
  if (request[STATE]) request[STATE] = undefined;
}
