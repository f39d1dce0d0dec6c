import { MemoryAdapter } from "../../src/adapters/memory.ts";
import type { Adapter, Fetch } from "../../src/server/adapter.ts";
import type { Report } from "../../src/server/report.ts";
import { type FetchHandler, wrapFetch } from "../../src/server/pipeline.ts";
import { checkHostOptions, type HostOptions } from "../../src/server/host_options.ts";
import { ServerState } from "../../src/server/server_state.ts";
import { handshake } from "../../src/testing/handshake.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";

/** The request of an opening handshake, as a runtime would pass it. */
export function handshakeRequest(path = "/ws", headers: Record<string, string> = {}): Request {
  const init = handshake({ headers: { host: "self.example", ...headers } });
  return new Request(`http://self.example${path}`, { headers: init.headers! });
}

/** Lets an adapter in memory serve what was wrapped by hand. */
export function serveInMemory(adapter: MemoryAdapter, fetch: Fetch): void {
  adapter.listen({ port: 0, hostname: "self.example", native: {} }, fetch);
}

/** Options of a server in memory, and the adapter that it has in place of a network. */
export interface MemoryOptions extends HostOptions {
  readonly adapter?: MemoryAdapter;
}

/** A wrapped server whose parts can be seen, by a clock that tests move. */
export function wrappedServer(adapter: Adapter, fetch: FetchHandler, options: HostOptions = {}) {
  const clock = new ManualClock();
  const reported: unknown[] = [];
  const told: Report[] = [];
  const onError = (error: unknown) => reported.push(error);
  const onReport = (report: Report) => told.push(report);
  const state = new ServerState(
    checkHostOptions({ onError, onReport, ...options }),
    adapter,
    clock,
  );
  return { state, clock, reported, told, fetch: wrapFetch(fetch, state) };
}

/** A whole server without a network. */
export function memoryServer(fetch: FetchHandler, options: MemoryOptions = {}) {
  const { adapter = new MemoryAdapter(), ...host } = options;
  const server = wrappedServer(adapter, fetch, host);
  serveInMemory(adapter, server.fetch);
  return {
    ...server,
    /** Shakes hands; the client is there if it was accepted. */
    connect: (request = handshakeRequest()) => adapter.request(request),
  };
}

/** Lets what is under way without a clock happen. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
