/** Our client of a hub; with `plain`, the server is not asked to let it come back after a cut. */
import process from "node:process";
import type { ConnectOptions } from "../../src/client.ts";
import { connect } from "../../src/client/connect.ts";
import { environment } from "../../src/client/environment.ts";
import { obeyAsClient } from "./calling.ts";

const plain = process.argv.at(-1) === "plain";

/** Node's own is there from version 22 on; what is installed for the bench has no types here. */
async function webSocket(): Promise<Pick<ConnectOptions, "WebSocket">> {
  if ("WebSocket" in globalThis) return {};
  const name: string = "ws";
  return { WebSocket: (await import(name)).WebSocket };
}

function withoutResume(url: URL): URL {
  const changed = new URL(url);
  changed.searchParams.delete("useStatefulReconnect");
  return changed;
}

obeyAsClient(async (url) => {
  const world = plain
    ? {
      ...environment,
      WebSocket: environment.WebSocket,
      fetch: (url: URL, init: RequestInit) => environment.fetch(withoutResume(url), init),
    }
    : environment;
  const hub = connect(url, { transports: ["webSockets"], ...await webSocket() }, world);
  return hub.call as unknown as { echo(text: string): Promise<string> };
});
