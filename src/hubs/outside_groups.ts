import type { ContextGroups } from "./context.ts";
import { checkName, membership, settled } from "./context.ts";
import type { Elsewhere } from "./elsewhere.ts";
import type { HubGroups } from "./hub.ts";
import type { Roster } from "./roster.ts";

/** The groups of a hub from outside of its handlers, whichever process a connection belongs to. */
export class OutsideGroups implements HubGroups {
  readonly #roster: Roster;
  readonly #elsewhere: Elsewhere | undefined;

  constructor(roster: Roster, elsewhere: Elsewhere | undefined) {
    this.#roster = roster;
    this.#elsewhere = elsewhere;
  }

  add(name: string, connectionId: string): Promise<void> {
    return this.#here(connectionId)?.add(name) ?? this.#ask("join", name, connectionId);
  }

  remove(name: string, connectionId: string): Promise<void> {
    return this.#here(connectionId)?.remove(name) ?? this.#ask("leave", name, connectionId);
  }

  /** The groups of a connection of this process; of any, if there is no other. */
  #here(id: string): ContextGroups | undefined {
    const session = this.#roster.one(id);
    if (session === undefined && this.#elsewhere !== undefined) return undefined;
    return membership(this.#roster, () => session);
  }

  #ask(op: "join" | "leave", name: string, id: string): Promise<void> {
    return settled(async () => {
      await this.#elsewhere?.ask({ op, id, group: checkName(name) });
    });
  }
}
