import type { Keeper } from "../adapters/workers.ts";
import type { DurableState, WorkersWebSocket } from "../adapters/workers_api.ts";
import { WorkersSocket, type WorkersSocketOwner } from "../adapters/workers_socket.ts";
import { usageError } from "../base/usage_error.ts";
import type { Limits } from "../connection/limits.ts";
import { ServerConnection } from "../connection/server_connection.ts";
import type { ServerState } from "../server/server_state.ts";
import { awakened, type EventsOf } from "./awakened.ts";
import { keep, keepEnd, type Kept, keptBeside, keptLimits } from "./kept.ts";

/**
 * The connections of a Durable Object that may sleep: the runtime holds their sockets meanwhile, with
 * what is kept beside each of them, and calls the object by its methods.
 *
 * Source: https://developers.cloudflare.com/durable-objects/best-practices/websockets/
 */
export class Hibernation implements Keeper {
  readonly #state: DurableState;
  readonly #server: ServerState;
  readonly #owner: WorkersSocketOwner;
  readonly #events: EventsOf;
  readonly #sockets = new WeakMap<object, WorkersSocket>();

  constructor(
    state: DurableState,
    server: ServerState,
    owner: WorkersSocketOwner,
    events: EventsOf,
  ) {
    this.#state = state;
    this.#server = server;
    this.#owner = owner;
    this.#events = events;
  }

  /** Brings back the connections from before the object slept. */
  wake(): void {
    for (const raw of this.#state.getWebSockets() as WorkersWebSocket[]) {
      const kept = keptBeside(raw);
      if (kept) this.#wake(raw, kept);
    }
  }

  keep(socket: WorkersSocket, limits: Limits): void {
    if (limits.limits.length > 0) {
      throw usageError("let a connection sleep", "a route without limits", "limits, which forget");
    }
    const { raw, connection } = socket;
    const { url, remoteAddress } = connection.request;
    const { id } = connection.view;
    const { protocol, data } = connection;
    const own = { edgesocket: 1, id, url, protocol, remoteAddress } as const;
    const kept = { ...own, limits: keptLimits(limits), data };
    keep(raw, kept);
    this.#state.acceptWebSocket(raw as never);
    this.#follow(socket, kept);
  }

  /** A message came. What is no socket of ours is left to whoever has accepted it. */
  received(raw: object, message: unknown): void {
    const socket = this.#sockets.get(raw);
    if (socket === undefined) return;
    const { connection } = socket;
    socket.received(message);
    const { data } = connection;
    if (typeof data !== "object" || connection.readyState === 3) return;
    try {
      // What a handler has changed inside of it.
      connection.data = data;
    } catch (error) {
      this.#server.report(error, connection.view);
      connection.close(1011);
    }
  }

  /** A connection has ended. */
  ended(raw: object, code: number, reason: string, wasClean: boolean): void {
    this.#sockets.get(raw)?.ended({ code, reason, wasClean });
  }

  /** The runtime has given up on a connection. */
  failed(raw: object, error: unknown): void {
    this.#sockets.get(raw)?.failed(error);
  }

  #wake(raw: WorkersWebSocket, kept: Kept): void {
    // It had its place before, so that there is one.
    this.#server.reserve();
    const { id, url, protocol, remoteAddress, data } = kept;
    const limits = { ...kept.limits, limits: [], route: "" };
    const events = awakened(this.#events);
    const connection = new ServerConnection({ events, protocol, limits, data }, this.#server);
    connection.request = { url, headers: new Headers(), remoteAddress };
    Object.defineProperty(connection.view, "id", { value: id });
    const socket = new WorkersSocket(raw, connection, this.#owner);
    this.#follow(socket, kept);
    connection.opened(socket);
  }

  /** Keeps what its connection's `data` becomes, until it ends. */
  #follow(socket: WorkersSocket, kept: Kept): void {
    const { raw, connection } = socket;
    this.#sockets.set(raw, socket);
    let { data } = kept;
    let ended = false;
    Object.defineProperty(connection, "data", {
      get: () => data,
      set(value: unknown) {
        if (!ended) keep(raw, { ...kept, data: value });
        data = value;
      },
    });
    connection.closed.then(() => {
      ended = true;
      keepEnd(raw);
    });
  }
}
