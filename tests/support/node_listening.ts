import { type Claim, NodeListeners } from "../../src/adapters/node_listeners.ts";
import type { Peers } from "../../src/adapters/node_peers.ts";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import type { Fetch, ListeningServer } from "../../src/server/adapter.ts";
import { nodeServer } from "./node_server.ts";
import { type Head, RawClient } from "./raw_client.ts";

/** A server of `node:http` with the listeners alone. */
export async function listening(
  fetch: (request: Request) => Response | Promise<Response>,
  claim: Claim = "ours",
  clock: Clock = systemClock,
  peers?: Promise<Peers>,
) {
  const reported: unknown[] = [];
  const ordinary: unknown[] = [];
  const server = {
    clock,
    maxPayloadLength: 1_000,
    compresses: false,
    report: (error: unknown) => reported.push(error),
  };
  const listeners: NodeListeners = new NodeListeners(fetch as Fetch, server as ListeningServer, {
    claim: () => claim,
    ordinary(incoming, outgoing) {
      ordinary.push(incoming.url);
      listeners.request(incoming, outgoing);
    },
  }, peers);
  const http = await nodeServer();
  http.http.removeAllListeners("request");
  http.http.on("request", (incoming, outgoing) => listeners.request(incoming, outgoing as never));
  http.http.on("upgrade", (incoming, stream, head) => {
    listeners.upgrade(incoming, stream as never, head);
  });
  http.http.on("connect", (incoming, stream, head) => {
    listeners.connect(incoming, stream as never, head);
  });
  return { ...http, listeners, reported, ordinary };
}

/** The answer to some bytes, to the end of the connection. */
export async function answerTo(port: number, bytes: string): Promise<{ head: Head; body: string }> {
  using client = await RawClient.connect(port);
  client.write(bytes);
  return { head: await client.head(), body: (await client.end()).toString() };
}

/** What answers everything with a page. */
export const page = () => new Response("page of fetch");
/** The fields of a request that is no upgrade, and the last one of its connection. */
export const CLOSE = { Connection: "close", Upgrade: "" };
