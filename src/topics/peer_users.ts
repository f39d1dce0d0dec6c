import { entriesOf } from "./presence_wire.ts";
import type { Entry, PresenceMessage } from "./presence_wire.ts";

/** Whoever has the users of this process, too. */
export interface PeerUsersOwner {
  /** Whether nobody more can be known. */
  readonly full: boolean;
  /** Something of a user is about to change. */
  touch(id: string): void;
  /** A stamp that others know. */
  seen(stamp: number): void;
}

/** What one process has in one topic. */
interface Roster {
  version: number;
  readonly users: Map<string, Entry>;
  /** Whether some are missing, for want of room. */
  cut: boolean;
  /** What has come so far of a roster that comes in parts, and of which version. */
  readonly parts: Map<number, readonly Entry[]>;
  partsOf: number;
}

/** One that is shown of a user, and whose it is. */
export interface PeerEntry extends Entry {
  readonly process: string;
}

/**
 * What a message has done. `current`: what that process has is known now. `behind`: something of it
 * did not get here. `part`: more of it is to come. `foreign`: it is none of ours.
 */
export type Taken = "current" | "behind" | "part" | "foreign";

/** The users of one topic that are connected to other processes. */
export class PeerUsers {
  readonly #owner: PeerUsersOwner;
  readonly #rosters = new Map<string, Roster>();
  /** How many users of how many processes are known. */
  size = 0;

  constructor(owner: PeerUsersOwner) {
    this.#owner = owner;
  }

  /** How far each process is known to be; those of whom some are missing are not known. */
  versions(): ReadonlyMap<string, number> {
    const known = [...this.#rosters].filter(([, { cut }]) => !cut);
    return new Map(known.map(([process, { version }]) => [process, version]));
  }

  /** Processes of which somebody is known. */
  *processes(): Iterable<string> {
    for (const [process, { users }] of this.#rosters) if (users.size > 0) yield process;
  }

  /** Whether some are missing, for want of room. */
  get cut(): boolean {
    for (const { cut } of this.#rosters.values()) if (cut) return true;
    return false;
  }

  /** Takes what a process says of its users. Anything may come twice, late, or not at all. */
  take(message: Extract<PresenceMessage, { version: number }>): Taken {
    const { process, version } = message;
    const known = this.#rosters.get(process);
    const at = known?.version ?? 0;
    if (message.kind === "changes" && version > at && message.from !== at && message.from !== 0) {
      return "behind";
    }
    if (message.kind === "version" || message.kind === "ask") {
      // One that knows nothing of the topic any more has forgotten whom it had.
      const forgot = version === 0 && known !== undefined && known.users.size > 0;
      return version > at || forgot ? "behind" : "current";
    }
    if (version < at || (version === at && !known?.cut)) return "current";
    const entries = entriesOf(message.lines);
    if (entries === undefined) return "foreign";
    const roster = known ?? this.#open(process);
    if (message.kind === "changes") {
      if (message.from === 0) this.#replace(roster, entries);
      else for (const entry of entries) this.#put(roster, entry);
    } else {
      const all = collect(roster, message, entries);
      if (all === undefined) return "part";
      this.#replace(roster, all);
    }
    roster.version = version;
    roster.parts.clear();
    return "current";
  }

  #open(process: string): Roster {
    const roster = {
      version: 0,
      users: new Map(),
      cut: false,
      parts: new Map(),
      partsOf: 0,
    };
    this.#rosters.set(process, roster);
    return roster;
  }

  #replace(roster: Roster, entries: readonly Entry[]): void {
    const ids = new Set(entries.map(({ id }) => id));
    for (const id of roster.users.keys()) if (!ids.has(id)) this.#delete(roster, id);
    roster.cut = false;
    for (const entry of entries) this.#put(roster, entry);
  }

  #put(roster: Roster, entry: Entry): void {
    const { id, stamp } = entry;
    if (stamp === 0) return this.#delete(roster, id);
    this.#owner.seen(stamp);
    if (!roster.users.has(id)) {
      if (this.#owner.full) return void (roster.cut = true);
      this.size++;
    }
    this.#owner.touch(id);
    roster.users.set(id, entry);
  }

  #delete(roster: Roster, id: string): void {
    if (!roster.users.has(id)) return;
    this.#owner.touch(id);
    roster.users.delete(id);
    this.size--;
  }

  /** A process has nobody here any more: whether anything was known of it. */
  delete(process: string): boolean {
    const roster = this.#rosters.get(process);
    if (roster === undefined) return false;
    for (const id of roster.users.keys()) this.#delete(roster, id);
    return this.#rosters.delete(process);
  }

  /** The newest of a user. */
  get(id: string): PeerEntry | undefined {
    let newest: PeerEntry | undefined;
    for (const [process, { users }] of this.#rosters) {
      const entry = users.get(id);
      if (entry === undefined) continue;
      if (newest === undefined || isNewer({ ...entry, process }, newest)) {
        newest = { ...entry, process };
      }
    }
    return newest;
  }

  /** The ids of all; some of them more than once. */
  *ids(): Iterable<string> {
    for (const { users } of this.#rosters.values()) yield* users.keys();
  }
}

/** Whether a value is newer than another: the same in every process, also of two at a time. */
export function isNewer(one: PeerEntry, other: PeerEntry): boolean {
  return one.stamp === other.stamp ? one.process > other.process : one.stamp > other.stamp;
}

/** The entries of all parts, once the last one has come. */
function collect(
  roster: Roster,
  message: Extract<PresenceMessage, { kind: "roster" }>,
  entries: readonly Entry[],
): Entry[] | undefined {
  const { version, part, parts } = message;
  if (roster.partsOf !== version) roster.parts.clear();
  roster.partsOf = version;
  roster.parts.set(part, entries);
  return roster.parts.size < parts ? undefined : [...roster.parts.values()].flat();
}
