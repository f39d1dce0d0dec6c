import { SLOTS } from "./hash_slot.ts";

/** Where a node of a cluster listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** What it calls itself beside that: certificates are made out to names. */
  readonly name?: string;
}

/** A master, and the slots that it serves. */
export interface Master extends Address {
  readonly id: string;
  /** Grows whenever it takes over slots. */
  readonly epoch: number;
  /** From and to, both included. */
  readonly ranges: readonly (readonly [number, number])[];
}

/** What one node says of all of them: `CLUSTER NODES`. */
export interface View {
  /** The one that was asked: it may not know its own address. */
  readonly host: string;
  readonly text: string;
}

/** `id host:port@bus,name flags master ping pong epoch link slots` */
const LINE = /^(\w+) (\S*?):(\d+)@\d+(?:,([^\s,]*)\S*)? (\S+) \S+ \d+ \d+ (\d+) \S+ ?(.*)$/;

/** Slots on their way are in brackets, and still with whom they were. */
const RANGE = /^(\d+)(?:-(\d+))?$/;

interface Claim extends Master {
  /** Whether the node itself says so. */
  readonly own: boolean;
}

/** Who serves which slot. */
export class ClusterMap {
  /** Those that serve any. */
  readonly masters: readonly Master[];
  /** The newest change that it knows of. */
  readonly epoch: number;
  /** How many slots somebody serves. */
  readonly served: number;
  readonly #slots: readonly (Master | undefined)[];

  private constructor(claims: Iterable<Claim>) {
    const slots: (Claim | undefined)[] = Array(SLOTS).fill(undefined);
    let epoch = 0;
    for (const claim of claims) {
      epoch = Math.max(epoch, claim.epoch);
      for (const [from, to] of claim.ranges) {
        for (let slot = from; slot <= to; slot++) {
          // Of two that think it is theirs, the one that took it later is right.
          if ((slots[slot]?.epoch ?? -1) < claim.epoch) slots[slot] = claim;
        }
      }
    }
    this.epoch = epoch;
    this.served = slots.filter((claim) => claim !== undefined).length;
    this.masters = mastersOf(slots);
    const byId = new Map(this.masters.map((master) => [master.id, master]));
    this.#slots = slots.map((claim) => claim && byId.get(claim.id));
  }

  /** The map out of what several nodes say: who was cut off from the others may say something else. */
  static of(views: readonly View[]): ClusterMap {
    const claims = new Map<string, Claim>();
    for (const view of views) {
      for (const claim of claimsIn(view)) {
        const known = claims.get(claim.id);
        if (known === undefined || rank(claim) > rank(known)) claims.set(claim.id, claim);
      }
    }
    return new ClusterMap(claims.values());
  }

  /** Who serves a slot; `undefined` if nobody does. */
  ownerOf(slot: number): Master | undefined {
    return this.#slots[slot];
  }

  /** What tells it from another map. */
  get signature(): string {
    return JSON.stringify(this.masters);
  }
}

/** The newest counts; of the same age, what a node says of itself. */
function rank({ epoch, own }: Claim): number {
  return 2 * epoch + (own ? 1 : 0);
}

function* claimsIn({ host: asked, text }: View): Generator<Claim> {
  for (const line of text.replace(/^txt:/, "").split("\n")) {
    const [, id = "", host = "", port, name, flags = "", epoch, slots = ""] = LINE.exec(line) ?? [];
    const all = flags.split(",");
    if (id === "" || all.includes("noaddr")) continue;
    const own = all.includes("myself");
    const ranges = all.includes("master") ? slots.split(" ").flatMap(rangeOf) : [];
    const address = { host: host || (own ? asked : ""), port: Number(port), ...name && { name } };
    if (address.host !== "") yield { ...address, id, epoch: Number(epoch), ranges, own };
  }
}

function rangeOf(text: string): [number, number][] {
  const [, from, to = from] = RANGE.exec(text) ?? [];
  return from === undefined || Number(to) >= SLOTS ? [] : [[Number(from), Number(to)]];
}

/** Each owner, with no more than the slots that are its own. */
function mastersOf(slots: readonly (Claim | undefined)[]): Master[] {
  const ranges = new Map<Claim, [number, number][]>();
  for (const [slot, claim] of slots.entries()) {
    if (claim === undefined) continue;
    const list = ranges.get(claim) ?? [];
    ranges.set(claim, list);
    const last = list.at(-1);
    if (last?.[1] === slot - 1) last[1] = slot;
    else list.push([slot, slot]);
  }
  return [...ranges].map(([{ own: _, ...master }, ranges]) => ({ ...master, ranges }));
}
