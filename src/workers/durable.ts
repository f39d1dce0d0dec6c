import { WorkersAdapter } from "../adapters/workers.ts";
import type { DurableState } from "../adapters/workers_api.ts";
import { workersGlobals } from "../adapters/workers_runtime.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import type { ShutdownOptions } from "../server/shutdown_options.ts";
import {
  checkDurableOptions,
  type DurableApp,
  type DurableOptions,
  type Served,
} from "./durable_options.ts";
import type { WorkersFetch } from "./fetch.ts";
import { Hibernation } from "./hibernation.ts";
import { Host } from "./host.ts";
import { ownEvents } from "./own_events.ts";

/**
 * A Durable Object that serves WebSockets. The runtime calls its methods, but for `shutdown`.
 *
 * @typeParam Made What `create` has made for it.
 */
export interface DurableServer<Made = unknown> {
  /**
   * What `create` has returned for this object: in an `alarm()` of your class, the topics to publish
   * to. Without `create`, what answers its requests.
   */
  readonly made: Made;
  /** Never there: Cloudflare's types, such as `DurableObjectNamespace<Room>`, ask for it. */
  readonly __DURABLE_OBJECT_BRAND: never;
  /** WebSocket connections that are open, opening or closing, those from before a sleep too. */
  readonly connections: number;
  /** Answers a request that a Worker has sent on. */
  fetch(request: Request): Response | Promise<Response>;
  /**
   * Refuses new connections with 503 and closes the open ones with 1001. Resolves when all that is
   * done.
   *
   * @throws {TypeError} If an option is unknown or not a number.
   * @throws {RangeError} If an option is out of range.
   */
  shutdown(options?: ShutdownOptions): Promise<void>;
  /** A message came for a connection whose object may sleep. */
  webSocketMessage(socket: object, message: string | ArrayBuffer): void;
  /** Such a connection has ended. */
  webSocketClose(socket: object, code: number, reason: string, wasClean: boolean): void;
  /** The runtime has given up on such a connection. */
  webSocketError(socket: object, error: unknown): void;
}

/**
 * A class of Durable Objects, to be exported by the module of the Worker.
 *
 * @typeParam Made What `create` makes for each object.
 */
export type DurableClass<Made = unknown> = new (
  state: DurableState,
  env: unknown,
) => DurableServer<Made>;

/**
 * Makes a class of Durable Objects, each of which is a server: with topics, hubs, `maxConnections` and
 * a shutdown of its own.
 *
 * Hand it `app.fetch` if the app has nothing of its own; hand it `{ create }` to make topics, hubs and
 * whatever else belongs together for each object.
 *
 * @example A room
 * ```ts
 * import { Hono } from "hono";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket/hono";
 * import { createTopics } from "@edgesocket/edgesocket/topics";
 * import { durable } from "@edgesocket/edgesocket/workers";
 *
 * export class Room extends durable({
 *   create() {
 *     const topics = createTopics();
 *     const app = new Hono();
 *     app.get("/ws", upgradeWebSocket(() => ({
 *       onOpen: (_event, connection) => topics.subscribe(connection, "room"),
 *       onMessage: (event, connection) =>
 *         topics.publish("room", event.data, { except: connection }),
 *     })));
 *     return app.fetch;
 *   },
 * }, { maxConnections: 100 }) {}
 * ```
 *
 * @typeParam T What `connection.data` holds, where the objects may sleep.
 * @typeParam Made What `create` makes for each object.
 * @param app Answers requests, or makes what does for each object.
 * @param options What is decided for all objects.
 * @returns The class; you may extend it, with an `alarm()` for example.
 * @throws {TypeError} If `app` or an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function durable<T = unknown, Made extends Served = Served>(
  app: WorkersFetch | DurableApp<Made>,
  options: DurableOptions<T, NoInfer<Made>> = {},
): DurableClass<Made> {
  const create = typeof app === "function" ? () => app : app?.create?.bind(app);
  if (typeof create !== "function") {
    throw usageError("serve", "app.fetch, or an object with create", typeOf(app));
  }
  const checked = checkDurableOptions(options as unknown as DurableOptions<never, never>);
  return class implements DurableServer<Made> {
    readonly made: Made;
    declare readonly __DURABLE_OBJECT_BRAND: never;
    readonly #host: Host;
    readonly #env: unknown;
    readonly #hibernation: Hibernation | undefined;

    constructor(state: DurableState, env: unknown) {
      const { shutdownTimeout, hibernate } = checked;
      const limits = checked.host.limits.map((limit) => limit.anew?.() ?? limit);
      const host = { ...checked.host, limits };
      const made = this.made = create(state as never, env as never) as Made;
      const fetch = hibernate === undefined ? fetchOf(made) : ownEvents(fetchOf(made));
      const adapter = new WorkersAdapter(hibernate !== undefined);
      this.#env = env;
      this.#host = new Host(fetch, state, host, shutdownTimeout, adapter);
      if (hibernate === undefined) return;
      const { events, autoResponse } = hibernate;
      this.#hibernation = new Hibernation(
        state,
        this.#host.server,
        adapter,
        (connection) => events(connection, made as never),
      );
      adapter.keeper = this.#hibernation;
      if (autoResponse) {
        const { WebSocketRequestResponsePair: Pair } = workersGlobals();
        const { request, response } = autoResponse;
        state.setWebSocketAutoResponse(new Pair(request, response) as never);
      }
      this.#hibernation.wake();
    }

    get connections(): number {
      return this.#host.server.registry.size;
    }

    fetch(request: Request): Response | Promise<Response> {
      return this.#host.fetch(request, this.#env);
    }

    shutdown(options?: ShutdownOptions): Promise<void> {
      return this.#host.shutdown(options);
    }

    webSocketMessage(socket: object, message: string | ArrayBuffer): void {
      this.#hibernation?.received(socket, message);
    }

    webSocketClose(socket: object, code: number, reason: string, wasClean: boolean): void {
      this.#hibernation?.ended(socket, code, reason, wasClean);
    }

    webSocketError(socket: object, error: unknown): void {
      this.#hibernation?.failed(socket, error);
    }
  };
}

function fetchOf(made: Served | undefined): WorkersFetch {
  if (typeof made === "function") return made;
  if (typeof made?.fetch === "function") return (...all) => made.fetch(...all);
  throw usageError("serve", "create to return app.fetch, or an object with fetch", typeOf(made));
}
