import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import type { Asked, ClusterClient } from "./cluster_client.ts";
import { ClusterMap, type View } from "./cluster_map.ts";
import { SLOTS } from "./hash_slot.ts";

/** Milliseconds between two looks at whether somebody has to be asked. */
const LOOK = 250;

/** Looks after which the cluster is asked again: when all is well, and when it is not. */
const RARELY = 20;
const OFTEN = 2;

/** Milliseconds for which answers are waited for. */
const PATIENCE = 1_000;

/** What is told of a cluster, and asked of whoever uses it. */
export interface ClusterOwner {
  /** Those of its nodes that we are connected to. */
  connected(): readonly Asked[];
  /** Whether all of it works, as far as is known. */
  well(): boolean;
  /** Who serves what has changed. */
  changed(map: ClusterMap): void;
  /** Nobody could be asked, or the user's client says that something is wrong. */
  failed(error: unknown): void;
}

/** Keeps an eye on who serves which slots of a cluster. */
export class ClusterWatch {
  readonly #client: ClusterClient;
  readonly #clock: Clock;
  #owner: ClusterOwner | undefined;
  #map: ClusterMap | undefined;
  #looks = 0;
  #hurried = true;
  #askedAt = -Infinity;
  #asking = false;
  #stop: (() => void) | undefined;

  constructor(client: ClusterClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  start(owner: ClusterOwner): void {
    this.#owner = owner;
    this.#client.start((error) => this.#owner?.failed(error));
    this.#stop = this.#clock.every(LOOK, () => this.#look());
    this.#look();
  }

  /** Something is not where it should be: asks soon. */
  hurry(): void {
    if (this.#hurried) return;
    this.#hurried = true;
    // Every message may find that its slot is elsewhere: not all of them are a reason to ask.
    if (this.#clock.now() - this.#askedAt < LOOK) return;
    // Whatever comes in the same turn is part of it.
    this.#clock.after(0, () => this.#look());
  }

  #look(): void {
    if (this.#owner === undefined) return;
    const isWell = this.#owner.well() && this.#map?.served === SLOTS;
    const isDue = this.#hurried || ++this.#looks >= (isWell ? RARELY : OFTEN);
    if (!isDue || this.#asking) return;
    this.#looks = 0;
    this.#hurried = false;
    this.#asking = true;
    this.#askedAt = this.#clock.now();
    this.#ask(isWell).finally(() => this.#asking = false);
  }

  async #ask(isWell: boolean): Promise<void> {
    let cause: unknown;
    const failed = (error: unknown) => cause = error;
    let asked = this.#owner?.connected() ?? [];
    const views = await this.#views(asked, failed);
    // Masters that we are connected to may be cut off from the others, or be gone.
    if (!isWell || views.length === 0) {
      asked = await this.#seeds(failed);
      views.push(...await this.#views(asked, failed));
    }
    const owner = this.#owner;
    if (owner === undefined) return;
    if (views.length === 0) {
      if (asked.length > 0) cause ??= new Error("No node of redis answers");
      // While the client connects there is nobody to ask, and nothing to tell.
      if (cause !== undefined) owner.failed(cause);
      return;
    }
    const map = ClusterMap.of(views);
    if (this.#map !== undefined && isOlder(map, this.#map)) return;
    if (map.signature === this.#map?.signature) return;
    this.#map = map;
    owner.changed(map);
  }

  async #seeds(failed: (error: unknown) => void): Promise<readonly Asked[]> {
    try {
      return await this.#client.seeds();
    } catch (error) {
      failed(error);
      return [];
    }
  }

  /** What those say who answer in time. */
  async #views(asked: readonly Asked[], failed: (error: unknown) => void): Promise<View[]> {
    const views: View[] = [];
    const late = new Deferred<void>();
    const stop = this.#clock.after(PATIENCE, () => late.resolve());
    const all = asked.map((one) => one.ask().then((view) => void views.push(view), failed));
    await Promise.race([Promise.all(all), late.promise]);
    stop();
    return [...views];
  }

  close(): void {
    this.#owner = undefined;
    this.#stop?.();
  }
}

/**
 * Whether a map is that of nodes which have been away: changes have growing numbers. If it has none of
 * the nodes that were there, it is of another cluster, which has taken the place of the first.
 */
function isOlder(map: ClusterMap, known: ClusterMap): boolean {
  const ids = new Set(known.masters.map(({ id }) => id));
  return map.epoch < known.epoch && map.masters.some(({ id }) => ids.has(id));
}
