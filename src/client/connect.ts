import { byName } from "./by_name.ts";
import { Client } from "./client.ts";
import { type Environment, environment } from "./environment.ts";
import { checkOptions, type ConnectOptions } from "./options.ts";
import type { HubState } from "./state.ts";
import { itemsOf } from "./streams.ts";
import type { HubClient, TypedHub } from "./types.ts";

/** Where pages are; runtimes of servers are nowhere. */
declare const location: { readonly href: string } | undefined;

/** As `connectHub`, in a world of somebody's own. */
export function connect(url: string | URL, options: ConnectOptions, world: Environment) {
  const checked = checkOptions(options);
  const target = new URL(url, typeof location === "object" ? location.href : undefined);
  target.protocol = target.protocol.replace("ws", "http");
  const { WebSocket = world.WebSocket } = checked;
  const client = new Client(target, checked, { ...world, WebSocket });
  void client.run();
  return {
    on: byName((name) => (handler: () => unknown) => client.handlers.add(name, handler)),
    call: byName((name) => (...args: unknown[]) =>
      new Promise((resolve, reject) => client.calls.begin(1, name, args, { resolve, reject }))
    ),
    stream: byName((name) => (...args: unknown[]) => itemsOf(client.calls, name, args)),
    get state() {
      return client.state.current;
    },
    onState: (listener: (state: HubState) => unknown) => client.state.listen(listener),
    close: () => client.close(),
  };
}

/**
 * Connects to a hub, and stays connected: through cuts, changes of networks and restarts of servers,
 * until `close`. Returns at once; what is called before there is a connection waits for it.
 *
 * @example A client of a chat
 * ```ts
 * import { connectHub } from "@edgesocket/edgesocket/client";
 * import { call, defineHub } from "@edgesocket/edgesocket/hubs";
 * import * as v from "valibot";
 *
 * // This part is the server's: clients say `import type { chat } from "./server.ts"`.
 * const h = defineHub()({ client: { message: call(v.string()) } });
 * const chat = h.create({
 *   send: h.method([v.string()], (context, line) => context.clients.all.message(line)),
 * });
 *
 * export async function join() {
 *   const hub = connectHub<typeof chat>("http://localhost:8000/chat");
 *   hub.on.message((line) => console.log(line));
 *   hub.onState(({ name }) => console.log(name));
 *   await hub.call.send("hello");
 *   await hub.close();
 * }
 * ```
 *
 * @typeParam H The hub: `typeof chat`, from an `import type` of the server's code.
 * @param url Where the hub is; in a page, it may be relative.
 * @param options How to connect.
 * @throws {TypeError} If an option is not known or of the wrong type, or the URL is none.
 */
export function connectHub<H extends TypedHub = never>(
  url: string | URL,
  options: ConnectOptions = {},
): HubClient<H> {
  return connect(url, options, environment) as HubClient<H>;
}
