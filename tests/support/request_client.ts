import { MemoryAdapter } from "../../src/adapters/memory.ts";
import type { CloseCause } from "../../src/connection/close.ts";
import { Heartbeat } from "../../src/hubs/heartbeat.ts";
import { makeCallable } from "../../src/hubs/methods.ts";
import type { HubOptions } from "../../src/hubs/options.ts";
import type { RequestClientInit } from "../../src/hubs/request_client.ts";
import type { ClientSide } from "../../src/wire/contract.ts";
import { json } from "../../src/wire/json.ts";
import { whatever } from "../fixtures/schemas.ts";
import { hubState } from "./fake_transport.ts";
import { wrappedServer } from "./memory.ts";

export const GREETING = '{"protocol":"json","version":1}\x1e';

const encoder = new TextEncoder();

/** A call in JSON. */
export function called(target: string, ...args: unknown[]): string {
  return json.encode({ type: 1, invocationId: "1", target, arguments: args }) as string;
}

/** A body of a request, in one piece for each text. */
export function bodyOf(...texts: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(encoder.encode(text));
      controller.close();
    },
  });
}

/** A hub with what a client needs that is connected by requests, and what became of it. */
export function arrivals(
  options: HubOptions<unknown, ClientSide> = {},
  limits: Partial<RequestClientInit["limits"]> = {},
) {
  const causes: CloseCause[] = [];
  const hub = hubState(
    {
      echo: makeCallable("method", [whatever], (_context: never, value: never) => value),
      fail: makeCallable("method", [], () => {
        throw new Error("secret");
      }),
    },
    {
      onDisconnected: (_context, cause) => void causes.push(cause as CloseCause),
      ...options,
    },
  );
  const server = wrappedServer(new MemoryAdapter(), () => new Response());
  const heartbeat = new Heartbeat(server.clock, hub.options.limits);
  const forgotten: string[] = [];
  const init = (token = "token", user: unknown = { id: "Ada" }): RequestClientInit => {
    const ticket = { id: `id of ${token}`, token, resumable: false };
    hub.tokens.claim(token);
    return {
      arrival: { hub, server: server.state, heartbeat, user, ticket },
      userId: hub.options.userId(user as never),
      request: { url: "http://x/hub", headers: new Headers(), remoteAddress: "10.0.0.1" },
      limits: {
        maxBackpressure: 1_000,
        backpressureTimeout: 30_000,
        closeTimeout: 5_000,
        limits: [],
        ...limits,
      },
      forgotten: () => forgotten.push(token),
    };
  };
  return { hub, server, clock: server.clock, causes, forgotten, init };
}
