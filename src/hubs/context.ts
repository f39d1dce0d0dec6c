import type { ConnectionRequest } from "../connection/connection.ts";
import type { ClientSide } from "../wire/contract.ts";
import { usageError } from "../base/usage_error.ts";
import { type Callers, ClientsOf } from "./callers.ts";
import type { ContextClients, One, Several } from "./clients.ts";
import type { Roster } from "./roster.ts";
import type { Session } from "./session.ts";
import type { HubTransport } from "./transport.ts";

/** A client's connection, for as long as it lasts. */
export interface HubConnection {
  /** A name for it that others may know. */
  readonly id: string;
  /** The request that it was made with. */
  readonly request: ConnectionRequest;
  /** Yours: what you keep with the connection. */
  readonly items: Map<unknown, unknown>;
  /** How the client is connected. */
  readonly transport: HubTransport;
  /**
   * Aborts when the client is gone: for what goes on in the background when a call has ended. Take
   * your listeners off it, or they stay as long as the connection.
   */
  readonly signal: AbortSignal;
  /** Ends it, and no other call of it begins. The client does not connect again by itself. */
  abort(): void;
}

/** The groups that the calling connection is in. Their names are yours, in exact case. */
export interface ContextGroups {
  /**
   * Joins a group. Whoever is in it already stays so; membership ends with the connection.
   *
   * @throws {HubError} If it is in `maxGroups` already: as a rejection.
   */
  add(name: string): Promise<void>;
  /** Leaves a group. */
  remove(name: string): Promise<void>;
}

/**
 * What a handler knows of its call.
 *
 * @typeParam User Who `handle` says is calling.
 * @typeParam C What the server may call on clients.
 */
export interface HubContext<User, C extends ClientSide> {
  /** Who is calling: what `handle` was told when the connection was made. */
  readonly user: User;
  /** The connection that it came on. */
  readonly connection: HubConnection;
  /** Its id. */
  readonly connectionId: string;
  /** The clients of the hub. */
  readonly clients: ContextClients<C>;
  /** The groups that the connection is in. */
  readonly groups: ContextGroups;
  /** Aborts when the client cancels the call, or is gone, as long as the call runs. */
  readonly signal: AbortSignal;
}

/** The part of a running call that its context needs. */
export interface ContextCall {
  readonly signal: AbortSignal;
  /** Called with the name of a call before the handler waits for its answer. */
  beforeAnswer(name: string): void;
}

/** The groups of one connection. A full one rejects, and whoever does not wait for it does no harm. */
export function membership(roster: Roster, find: () => Session | undefined): ContextGroups {
  return {
    add: (name) => settled(() => roster.join(checkName(name), find())),
    remove: (name) => settled(() => roster.leave(checkName(name), find())),
  };
}

/** A promise for what is done at once, but for what there may be to wait for. */
export function settled(task: () => Promise<void> | undefined | void): Promise<void> {
  const done = new Promise<void>((resolve) => resolve(task() ?? undefined));
  done.catch(() => {});
  return done;
}

/**
 * Checks the name of a group.
 *
 * @throws {TypeError} If it is none.
 */
export function checkName(name: unknown): string {
  if (typeof name === "string") return name;
  throw usageError("use a group", "its name as a string", typeof name);
}

/** What users see of a connection. */
class ConnectionOf implements HubConnection {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get id(): string {
    return this.#session.id;
  }

  get request(): ConnectionRequest {
    return this.#session.transport.request;
  }

  get items(): Map<unknown, unknown> {
    return this.#session.items;
  }

  get transport(): HubTransport {
    return this.#session.transport.name;
  }

  get signal(): AbortSignal {
    return this.#session.signal;
  }

  abort(): void {
    this.#session.close({ cause: "local", allowReconnect: false });
  }
}

/** The clients of a hub as one call sees them. */
class ClientsOfCall extends ClientsOf implements ContextClients<ClientSide> {
  readonly #id: string;

  constructor(callers: Callers, id: string, call: ContextCall) {
    super(callers, (name) => call.beforeAnswer(name));
    this.#id = id;
  }

  get others(): Several<ClientSide> {
    return this.all.except(this.#id);
  }

  get caller(): One<ClientSide> {
    return this.client(this.#id);
  }
}

/** The context of one call, or of an event. What it holds is made when somebody asks for it. */
export class Context implements HubContext<unknown, ClientSide> {
  readonly #session: Session;
  readonly #roster: Roster;
  readonly #callers: Callers;
  readonly #call: ContextCall;
  #connection: HubConnection | undefined;
  #clients: ContextClients<ClientSide> | undefined;

  constructor(session: Session, roster: Roster, callers: Callers, call: ContextCall) {
    this.#session = session;
    this.#roster = roster;
    this.#callers = callers;
    this.#call = call;
  }

  get user(): unknown {
    return this.#session.user;
  }

  get connection(): HubConnection {
    return this.#connection ??= new ConnectionOf(this.#session);
  }

  get connectionId(): string {
    return this.#session.id;
  }

  get clients(): ContextClients<ClientSide> {
    return this.#clients ??= new ClientsOfCall(this.#callers, this.#session.id, this.#call);
  }

  get groups(): ContextGroups {
    return membership(this.#roster, () => this.#session);
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }
}
