import { broken } from "../connection/close.ts";
import type { ConnectionInit } from "../connection/connection_init.ts";
import { ServerConnection } from "../connection/server_connection.ts";
import type { ServerState } from "./server_state.ts";

/**
 * Answers an opening handshake that a route has accepted: reserves a place on the server, or
 * refuses because there is none any more, and lets the adapter switch protocols.
 *
 * @param context What the runtime passed to fetch beside the request.
 * @param response What the pipeline made: its headers go on the 101.
 * @throws {TypeError} If `request` or `context` are not what the runtime passed.
 */
export function completeUpgrade(
  server: ServerState,
  request: Request,
  context: unknown,
  init: ConnectionInit,
  response: Response,
): Response | Promise<Response> {
  const full = server.reserve();
  if (full) return server.refuse(request, full);
  const connection = new ServerConnection(init, server);
  const failed = (error: unknown): never => {
    connection.ended(broken("network"));
    throw error;
  };
  try {
    const { protocol, limits } = init;
    const idleTimeout = limits.idleTimeout / 1000;
    const upgrade = { request, context, response, protocol, idleTimeout, signal: server.signal };
    const answer = server.adapter.upgrade(upgrade, connection);
    return answer instanceof Promise ? answer.catch(failed) : answer;
  } catch (error) {
    return failed(error);
  }
}
