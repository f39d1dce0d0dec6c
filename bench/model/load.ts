/** Rooms that are alike. */
export interface Rooms {
  /** How many of them. */
  readonly rooms: number;
  /** Subscribers of each. */
  readonly members: number;
  /** Messages a second, to all of these rooms together. Their members say them, as chance has it. */
  readonly publishes: number;
}

/** What is asked of the whole. */
export interface Load {
  /** Which go to any process by chance, and stay there. */
  readonly connections: number;
  readonly rooms: readonly Rooms[];
  /** Bytes of a message; 64 if it is not said, with which the constants were measured. */
  readonly bytes?: number;
}

/** Rooms of which the first is the largest, and the others follow as Zipf has it. */
export interface Skewed {
  readonly rooms: number;
  /** Of all rooms together. */
  readonly subscriptions: number;
  /** To all of them together: who is there speaks, so that a larger room hears more. */
  readonly publishes: number;
  /** 0 for rooms that are alike; with 1 the tenth has a tenth of the first. */
  readonly exponent: number;
}

/** Rooms by rank beyond which those of similar rank count as alike. */
const ALONE = 32;

/** By how much ranks may differ that count as alike. */
const STEP = 1.15;

/** Rooms by rank: each of the largest for itself, the others in groups that have one average. */
export function zipf({ rooms, subscriptions, publishes, exponent }: Skewed): Rooms[] {
  const groups: { readonly rooms: number; readonly weight: number }[] = [];
  for (let rank = 1; rank <= rooms;) {
    const next = Math.min(rooms + 1, rank <= ALONE ? rank + 1 : Math.ceil(rank * STEP));
    let weight = 0;
    for (let each = rank; each < next; each++) weight += each ** -exponent;
    groups.push({ rooms: next - rank, weight });
    rank = next;
  }
  const whole = groups.reduce((sum, { weight }) => sum + weight, 0);
  return groups.map(({ rooms: count, weight }) => ({
    rooms: count,
    members: subscriptions * weight / whole / count,
    publishes: publishes * weight / whole,
  }));
}

/** A million connections that say ten thousand things a second. */
export const MILLION: Load = {
  connections: 1_000_000,
  rooms: [
    { rooms: 9_000, members: 100, publishes: 9_999 },
    { rooms: 1, members: 100_000, publishes: 1 },
  ],
};

/** The same with so many times the publishes. */
export function louder(load: Load, factor: number): Load {
  const rooms = load.rooms.map((each) => ({ ...each, publishes: factor * each.publishes }));
  return { ...load, rooms };
}

/** So many times the connections and rooms, each of which hears as much as before. */
export function more(load: Load, factor: number): Load {
  const rooms = load.rooms.map((each) => ({
    ...each,
    rooms: factor * each.rooms,
    publishes: factor * each.publishes,
  }));
  return { ...load, connections: factor * load.connections, rooms };
}

/** The same with so many times the subscribers in the largest room, who say no more. */
export function larger(load: Load, factor: number): Load {
  const most = Math.max(...load.rooms.map(({ members }) => members));
  const rooms = load.rooms.map((each) =>
    each.members === most ? { ...each, members: factor * most } : each
  );
  return { ...load, rooms };
}

/** Publishes a second, in all rooms. */
export function publishesOf({ rooms }: Load): number {
  return rooms.reduce((sum, { publishes }) => sum + publishes, 0);
}
