import type { Audience } from "./audience.ts";
import { HubError } from "./hub_error.ts";
import { Members } from "./members.ts";
import type { Session } from "./session.ts";

/** Whoever has to know which groups have members here. */
export interface GroupWatcher {
  /** Somebody joins. Returns what there is to wait for. */
  joined(group: string): Promise<void> | undefined;
  /** The last one has left. */
  left(group: string): void;
}

/** Who is connected to one hub, and in which groups. */
export class Roster {
  /** Told of groups, if there is somebody. */
  watcher: GroupWatcher | undefined;
  readonly #arriving = new Set<Session>();
  readonly #sessions = new Map<string, Session>();
  readonly #groups = new Members<Session>();
  readonly #users = new Members<Session>();

  /** Whoever has yet to shake hands, as of now. */
  arriving(): Iterable<Session> {
    return this.#arriving;
  }

  /** Everybody who has, as of now. */
  all(): Iterable<Session> {
    return this.#sessions.values();
  }

  /** Whoever a call is for. */
  in({ to, name }: Audience): Iterable<Session> {
    switch (to) {
      case "all":
        return this.all();
      case "group":
        return this.group(name);
      case "user":
        return this.user(name);
    }
  }

  /** Who has this id. */
  one(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Whoever is in a group. */
  group(name: string): Iterable<Session> {
    return this.#groups.in(name);
  }

  /** The connections of a user. */
  user(id: string): Iterable<Session> {
    return this.#users.in(id);
  }

  /** It has come, and is in nothing before it is added. */
  arrive(session: Session): void {
    this.#arriving.add(session);
  }

  /** It has shaken hands. */
  add(session: Session): void {
    this.#arriving.delete(session);
    this.#sessions.set(session.id, session);
    if (session.userId !== undefined) this.#users.add(session.userId, session);
  }

  /** Takes it out of everything. */
  delete(session: Session): void {
    this.#arriving.delete(session);
    if (this.#sessions.get(session.id) !== session) return;
    this.#sessions.delete(session.id);
    if (session.userId !== undefined) this.#users.delete(session.userId, session);
    for (const name of session.groups ?? []) this.#left(name, session);
    session.groups = undefined;
  }

  /**
   * Puts it into a group, if it is still there: at once.
   *
   * @returns What resolves when calls of other processes reach it, too, and rejects if they will not:
   * then it is in the group no more; `undefined` if there is nothing to wait for.
   * @throws {HubError} If it is in too many, or if no engine takes the name.
   */
  join(name: string, session: Session | undefined): Promise<void> | undefined {
    if (session === undefined || this.one(session.id) !== session) return undefined;
    const groups = session.groups ??= new Set();
    const { maxGroups } = session.limits;
    if (!groups.has(name) && groups.size >= maxGroups) {
      throw new HubError(`expected at most ${maxGroups} groups for a connection, got one more`);
    }
    const ready = this.watcher?.joined(name);
    groups.add(name);
    this.#groups.add(name, session);
    return ready?.catch((error) => {
      this.leave(name, session);
      throw new HubError("the engine refuses this group", { cause: error });
    });
  }

  /** Takes it out of a group. */
  leave(name: string, session: Session | undefined): void {
    if (session?.groups?.delete(name)) this.#left(name, session);
  }

  #left(name: string, session: Session): void {
    if (this.#groups.delete(name, session)) this.watcher?.left(name);
  }
}
