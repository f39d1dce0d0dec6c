import type { Keeper } from "../adapters/workers.ts";
import type { DurableState, WorkersWebSocket } from "../adapters/workers_api.ts";
import { WorkersSocket, type WorkersSocketOwner } from "../adapters/workers_socket.ts";
import { usageError } from "../base/usage_error.ts";
import type { Limits } from "../connection/limits.ts";
import { ServerConnection } from "../connection/server_connection.ts";
import type { ServerState } from "../server/server_state.ts";
import { awakened, type EventsOf } from "./awakened.ts";
import { keep, keepEnd, type Kept, keptBeside, keptLimits } from "./kept.ts";

/** What is kept of a connection and never changes. */
type Own = Omit<Kept, "data">;

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
  /** What had ended before the object slept, and the runtime has not let go of: it takes a place. */
  readonly #lingering = new WeakSet<object>();

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
      if (kept === undefined) continue;
      // It had its place before, so that there is one.
      this.#server.reserve();
      if (kept === "ended") this.#lingering.add(raw);
      else this.#wake(raw, kept);
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
    const own: Own = {
      edgesocket: 1,
      id,
      url,
      protocol,
      remoteAddress,
      limits: keptLimits(limits),
    };
    keep(raw, { ...own, data });
    this.#state.acceptWebSocket(raw as never);
    this.#follow(socket, own);
  }

  /** A message came. What is no socket of ours is left to whoever has accepted it. */
  received(raw: object, message: unknown): void {
    const socket = this.#sockets.get(raw);
    if (socket === undefined) return;
    socket.received(message);
    this.#keepChanges(socket);
  }

  opened(socket: WorkersSocket): void {
    // `onOpen` is called in a microtask before this one.
    queueMicrotask(() => this.#keepChanges(socket));
  }

  /** A connection has ended. */
  ended(raw: object, code: number, reason: string, wasClean: boolean): void {
    this.#sockets.get(raw)?.ended({ code, reason, wasClean });
    this.#letGo(raw);
  }

  /** The runtime has given up on a connection. */
  failed(raw: object, error: unknown): void {
    this.#sockets.get(raw)?.failed(error);
    this.#letGo(raw);
  }

  /** What had ended before the object slept gives back its place. */
  #letGo(raw: object): void {
    if (this.#lingering.delete(raw)) this.#server.release();
  }

  /** Keeps what a handler has changed inside of `data`. */
  #keepChanges({ connection }: WorkersSocket): void {
    const { data } = connection;
    if (typeof data !== "object" || connection.readyState === 3) return;
    try {
      connection.view.data = data;
    } catch (error) {
      this.#server.report(error, connection.view);
      connection.close(1011);
    }
  }

  #wake(raw: WorkersWebSocket, { data, ...own }: Kept): void {
    const { id, url, protocol, remoteAddress } = own;
    const limits = { ...own.limits, limits: [], route: "" };
    const events = awakened(this.#events);
    const released = this.#resumed(remoteAddress);
    const init = { events, protocol, limits, data, released };
    const connection = new ServerConnection(init, this.#server);
    connection.request = { url, headers: new Headers(), remoteAddress };
    Object.defineProperty(connection.view, "id", { value: id });
    const socket = new WorkersSocket(raw, connection, this.#owner);
    this.#follow(socket, own);
    connection.opened(socket);
  }

  /** Takes its place at the limits of the server again; returns what gives it back. */
  #resumed(remoteAddress: string): () => void {
    const { options, clock } = this.#server;
    const places = options.limits.map((limit) => limit.resume?.(remoteAddress, clock.now()));
    return () => {
      for (const place of places) place?.ended();
    };
  }

  /** Keeps what its connection's `data` becomes, until it ends. */
  #follow(socket: WorkersSocket, own: Own): void {
    const { raw, connection } = socket;
    this.#sockets.set(raw, socket);
    let ended = false;
    // Not that of the connection itself, which would take another kilobyte.
    Object.defineProperty(connection.view, "data", {
      get: () => connection.data,
      set(data: unknown) {
        if (!ended) keep(raw, { ...own, data });
        connection.data = data;
      },
    });
    connection.closed.then(() => {
      ended = true;
      keepEnd(raw);
    });
  }
}
