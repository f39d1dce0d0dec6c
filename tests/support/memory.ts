import { memoryAdapter, type MemoryClient, type MemoryContext } from "../../src/adapters/memory.ts";
import type { Adapter } from "../../src/server/adapter.ts";
import { type FetchHandler, wrapFetch } from "../../src/server/pipeline.ts";
import { checkHostOptions, type HostOptions } from "../../src/server/host_options.ts";
import { ServerState } from "../../src/server/server_state.ts";
import { FakeClock } from "./fake_clock.ts";

/** The headers of a well-formed opening handshake. */
export const HANDSHAKE: Readonly<Record<string, string>> = {
  host: "self.example",
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** The request of an opening handshake. */
export function handshakeRequest(path = "/ws", headers: Record<string, string> = {}): Request {
  return new Request(`http://self.example${path}`, { headers: { ...HANDSHAKE, ...headers } });
}

/** Options of a server in memory, and the adapter that it has in place of a network. */
export interface MemoryOptions extends HostOptions {
  readonly adapter?: Adapter;
}

/** A whole server without a network, by a clock that tests move. */
export function memoryServer(fetch: FetchHandler, options: MemoryOptions = {}) {
  const { adapter = memoryAdapter(), ...host } = options;
  const clock = new FakeClock();
  const reported: unknown[] = [];
  const onError = (error: unknown) => reported.push(error);
  const state = new ServerState(checkHostOptions({ onError, ...host }), adapter, clock);
  const wrapped = wrapFetch(fetch, state);
  return {
    state,
    clock,
    reported,
    fetch: wrapped,
    /** Shakes hands; the client is there if it was accepted. */
    async connect(request = handshakeRequest()): Promise<
      { response: Response; client: MemoryClient | undefined }
    > {
      const context: MemoryContext = {};
      const response = await wrapped(request, context);
      await nextTurn();
      return { response, client: context.client };
    },
  };
}

/** Lets what is under way without a clock happen. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
