import { MemoryAdapter } from "../adapters/memory.ts";
import { MemoryLink } from "../adapters/memory_link.ts";
import { afterRealTime } from "../adapters/real_time.ts";
import { answerUnserved } from "../adapters/unserved.ts";
import { checkNames } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import { HOST_OPTIONS, type HostOptions } from "../server/host_options.ts";
import type { FetchHandler } from "../server/pipeline.ts";
import type { Report } from "../server/report.ts";
import { reportLine } from "../server/report_line.ts";
import { startServer } from "../server/serve.ts";
import type { ShutdownOptions } from "../server/shutdown_options.ts";
import { FakeClock, linkOf } from "./fake_clock.ts";

/** The options of `serve` that mean something without a network, and the clock. */
export interface TestServerOptions extends HostOptions {
  /**
   * What all timeouts and pings of the server go by.
   *
   * @default {the machine's clock}
   */
  readonly clock?: FakeClock | undefined;
  /**
   * Seconds that `shutdown` waits for closing handshakes before it ends what is left.
   *
   * @default {10}
   */
  readonly shutdownTimeout?: number | undefined;
}

/** A server without a network. */
export interface TestServer extends AsyncDisposable {
  /** Answers a request, as the server of your program would. */
  fetch(request: Request): Promise<Response>;
  /** WebSocket connections that are open, opening or closing. */
  readonly connections: number;
  /**
   * Refuses new connections with 503 and closes the open ones with 1001. Resolves when that is done.
   * After five seconds of real time it names what hangs, on the console and in the error that it
   * rejects with, and cuts it off.
   */
  shutdown(options?: ShutdownOptions): Promise<void>;
}

const OPTIONS = ["clock", "shutdownTimeout", ...HOST_OPTIONS];

/**
 * Milliseconds of real time after which a shutdown hangs: five seconds, less what it takes to say so
 * before the runners that give up on a test after five seconds have done that.
 */
const PATIENCE = 4_950;

/** What is waited for where every request and every connection is over. */
const UNNAMED = "a held pipeline waits for something of its own, or a drain for its clock to move";

const adapters = new WeakMap<TestServer, MemoryAdapter>();

/**
 * What a server has in place of a network.
 *
 * @throws {TypeError} If it is no server of `createTestServer`.
 */
export function adapterOf(server: TestServer): MemoryAdapter {
  const adapter = adapters.get(server);
  if (adapter) return adapter;
  throw usageError("connect", "a server of createTestServer", typeOf(server));
}

/**
 * Creates a server without a network: no port, no permissions. Everything else is that of `serve`:
 * your whole pipeline, the limits, what ends a connection and how.
 *
 * @example An echo
 * ```ts
 * import { upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { connect, createTestServer } from "@edgesocket/edgesocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const server = createTestServer((request) =>
 *   upgradeWebSocket(request, {
 *     onMessage: (event, connection) => connection.send(event.data),
 *   })
 * );
 * const client = await connect(server, "/");
 * client.send("hi");
 * assertEquals(await client.message(), "hi");
 * await server.shutdown();
 * ```
 *
 * @param fetch Answers requests: `app.fetch` of Hono, or your own function.
 * @param options The options of your server, and its clock.
 * @returns The server, to be handed to `connect`.
 * @throws {TypeError} If `fetch` is not a function, or an option is unknown or of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function createTestServer(
  fetch: FetchHandler,
  options: TestServerOptions = {},
): TestServer {
  checkNames("createTestServer", options, OPTIONS);
  const { clock, ...own } = options;
  if (clock !== undefined && !(clock instanceof FakeClock)) {
    throw usageError("use option clock", "a FakeClock", typeOf(clock));
  }
  answerUnserved();
  const adapter = new MemoryAdapter(clock ? linkOf(clock) : new MemoryLink());
  const onListen = () => {};
  const running = startServer({ onReport, ...own, fetch, onListen }, () => adapter, clock);
  const server: TestServer = {
    fetch: async (request) => (await adapter.request(request)).response,
    get connections() {
      return running.connections;
    },
    shutdown: (how) => unlessItHangs(running.shutdown(how), adapter),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  adapters.set(server, adapter);
  return server;
}

/** What tests bring about on purpose need not be told; options without effect are. */
function onReport(report: Report): void {
  if (report.kind === "option") console.warn(reportLine(report));
}

/** Waits for a shutdown, for a while of real time: nobody may move the clock any more. */
async function unlessItHangs(shutdown: Promise<void>, adapter: MemoryAdapter): Promise<void> {
  let cancel!: () => void;
  const hangs = new Promise<never>((_, reject) => {
    cancel = afterRealTime(PATIENCE, () => {
      const names = adapter.unfinished().join("; ") || UNNAMED;
      const error = usageError("shut down", "an end within 5 seconds", `none: ${names}`, Error);
      // Some runners drop what hooks reject with.
      console.error(error.message);
      reject(error);
      adapter.cut();
    });
  });
  try {
    await Promise.race([shutdown, hangs]);
  } finally {
    cancel();
  }
}
