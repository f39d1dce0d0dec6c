import type { ConnectionInit } from "../connection/connection_init.ts";
import { ServerConnection } from "../connection/server_connection.ts";
import { refusal } from "../handshake/verdict.ts";
import type { RequestState } from "./request_state.ts";
import type { ServerState } from "./server_state.ts";

/** The client has left, or has sent data before it had an answer: RFC 6455 §4.1. */
const NOT_WAITING = refusal(400, "expected a client that waits for the 101, got one that did not");

/**
 * Answers an opening handshake that a route has accepted: reserves a place on the server, or
 * refuses because there is none any more, and lets the adapter switch protocols.
 *
 * @param context What the runtime passed to fetch beside the request.
 * @param response What the pipeline made: its headers go on the 101.
 * @param state What is known of a request of a wrapped server. A bare one needs the response at once.
 * @throws {TypeError} If `request` or `context` are not what the runtime passed.
 */
export function completeUpgrade(
  server: ServerState,
  request: Request,
  context: unknown,
  init: ConnectionInit,
  response: Response,
  state: RequestState | undefined,
): Response | Promise<Response> {
  const none = () => {
    init.ended?.();
    init.released?.();
  };
  const full = server.reserve();
  if (full) {
    none();
    return server.refuse(request, full, state?.opening?.remoteAddress, init.limits.route);
  }
  let connection: ServerConnection;
  try {
    connection = new ServerConnection(init, server);
  } catch (error) {
    // A limit of the route has failed.
    server.release();
    none();
    throw error;
  }
  const failed = (error: unknown): never => {
    connection.refused();
    throw error;
  };
  const answered = (answer: Response | undefined): Response => {
    if (answer) {
      server.answered(request, 101, connection.request);
      return answer;
    }
    connection.refused();
    return server.refuse(request, NOT_WAITING, state?.opening?.remoteAddress, init.limits.route);
  };
  try {
    const answer = server.adapter.upgrade({
      request,
      context,
      response,
      protocol: init.protocol,
      compression: init.compression,
      limits: init.limits,
      signal: server.signal,
      watched: state?.watched === true,
      cautious: state !== undefined && server.cautious,
    }, connection);
    return answer instanceof Promise ? answer.then(answered, failed) : answered(answer);
  } catch (error) {
    return failed(error);
  }
}
