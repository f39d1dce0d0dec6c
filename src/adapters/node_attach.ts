import type { ServerAdapter } from "../server/adapter.ts";
import { nodeAdapter } from "./node.ts";
import type { NodeHttpServer, NodeIncoming, NodeStream } from "./node_http.ts";
import { NodeListeners } from "./node_listeners.ts";

/**
 * Node on somebody else's server: listening is no more than two listeners there.
 *
 * @param path Where all upgrades are ours; `undefined` if those are that fetch wants.
 */
export function attachedAdapter(server: NodeHttpServer, path: string | undefined): ServerAdapter {
  return {
    ...nodeAdapter,

    listen(_, fetch, state) {
      const listeners = new NodeListeners(fetch, state, {
        claim({ url }) {
          const alone = server.listenerCount("upgrade") === 1;
          if (path === undefined) return alone ? "ours" : "wanted";
          // Without our listener, Node would have taken what is not below it for HTTP.
          return isBelow(url, path) ? "ours" : alone ? "nobody" : "theirs";
        },
        ordinary: (incoming, outgoing) => server.emit("request", incoming, outgoing),
      });
      const upgrade = (...[incoming, stream, head]: unknown[]): void =>
        listeners.upgrade(incoming as NodeIncoming, stream as NodeStream, head as Uint8Array);
      server.on("upgrade", upgrade);
      return {
        native: server,
        port: 0,
        ready: listeners.ready,
        stop() {
          server.off("upgrade", upgrade);
          return listeners.settled();
        },
        abort: () => listeners.abort(),
      };
    },
  };
}

/** Whether a request target is `path`, or something below it; both as a URL has it, without dots. */
function isBelow(target = "", path: string): boolean {
  const [, given = ""] = target.match(/^(?:https?:\/\/[^/?#]*)?([^?#]*)/i) ?? [];
  const dotted = given.startsWith("/") && /\/(\.|%2e)|\\/i.test(given);
  const pathname = dotted ? new URL(`http://a${given}`).pathname : given;
  return pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
}
