import { nodeAdapter } from "../adapters/node.ts";
import type { NodeIncoming, NodeOutgoing, NodeStream } from "../adapters/node_http.ts";
import { NodeListeners } from "../adapters/node_listeners.ts";
import { checkNames } from "../base/options.ts";
import { checkHostOptions, HOST_OPTIONS, type HostOptions } from "../server/host_options.ts";
import { type FetchHandler, wrapFetch } from "../server/pipeline.ts";
import { ServerState } from "../server/server_state.ts";

/** The listeners that a server of `node:http` or `node:https` needs. They need no `this`. */
export interface NodeHandler {
  /** For the event `request`: answers what stays HTTP. */
  request(incoming: object, outgoing: object): void;
  /** For the event `upgrade`: answers what wants to leave HTTP. */
  upgrade(incoming: object, socket: object, head: Uint8Array): void;
}

/**
 * The listeners for a server that you start yourself. They answer everything that comes: to share a
 * server with other listeners, use `attach`.
 *
 * @example A hand-written server
 * ```ts
 * import { createServer } from "node:http";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { handler } from "@edgesocket/edgesocket/node";
 *
 * const { request, upgrade } = handler((request) =>
 *   upgradeWebSocket(request, {
 *     onMessage: (event, connection) => connection.send(event.data),
 *   })
 * );
 * createServer(request).on("upgrade", upgrade).listen(8000);
 * ```
 *
 * @param fetch Answers requests: `app.fetch` of Hono, or your own function.
 * @param options What is decided once for all routes.
 * @returns The listeners of the events `request` and `upgrade`.
 * @throws {TypeError} If `fetch` is not a function or an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function handler(fetch: FetchHandler, options: HostOptions = {}): NodeHandler {
  checkNames("handler", options, HOST_OPTIONS);
  const state = new ServerState(checkHostOptions(options), nodeAdapter);
  const listeners = new NodeListeners(wrapFetch(fetch, state), state, {
    claim: () => "ours",
    ordinary: (incoming, outgoing) => listeners.request(incoming, outgoing),
  });
  return {
    request: (incoming, outgoing) =>
      listeners.request(incoming as NodeIncoming, outgoing as NodeOutgoing),
    upgrade: (incoming, socket, head) =>
      listeners.upgrade(incoming as NodeIncoming, socket as NodeStream, head),
  };
}
