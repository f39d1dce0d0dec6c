import type { WorkersAdapter } from "../adapters/workers.ts";
import { drain } from "../server/drain.ts";
import type { Fetch } from "../server/adapter.ts";
import type { CheckedHostOptions } from "../server/host_options.ts";
import { wrapFetch } from "../server/pipeline.ts";
import { ServerState } from "../server/server_state.ts";
import { checkShutdown, type Shutdown, type ShutdownOptions } from "../server/shutdown_options.ts";
import type { WorkersFetch } from "./fetch.ts";

const STRANGE =
  "a message for a connection of another Durable Object was not sent: make topics and hubs in the create of durable, for each object its own";

/** One Durable Object as a server: it does not listen, but it counts and shuts down. */
export class Host {
  readonly server: ServerState;
  readonly fetch: Fetch;
  readonly #timeout: number;
  readonly #hurry = new AbortController();
  #done: Promise<void> | undefined;

  /**
   * @param context What `fetch` is handed as its third argument.
   * @param timeout Milliseconds that closing handshakes may take at the end.
   */
  constructor(
    fetch: WorkersFetch,
    context: unknown,
    options: CheckedHostOptions,
    timeout: number,
    adapter: WorkersAdapter,
  ) {
    this.server = new ServerState(options, adapter);
    adapter.onStrange = () => this.server.ineffective("topics", STRANGE);
    const run = (request: Request, env: never) => fetch(request, env, context as never);
    this.fetch = wrapFetch(run, this.server);
    this.#timeout = timeout;
  }

  /** Refuses new connections with 503 and closes the open ones; a second call ends a drain. */
  shutdown(options: ShutdownOptions = {}): Promise<void> {
    const how = checkShutdown(options);
    if (this.#done) this.#hurry.abort();
    this.server.drain();
    return this.#done ??= this.#stop(how);
  }

  async #stop(how: Shutdown): Promise<void> {
    const { registry, held } = this.server;
    if (how.drain > 0) await drain(registry, how, this.#hurry.signal);
    await registry.shutdown(this.#timeout, how.code);
    await Promise.allSettled(held);
  }
}
