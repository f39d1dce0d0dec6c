import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/contain.ts";
import { Deferred } from "../base/deferred.ts";
import { usageError } from "../base/usage_error.ts";
import { memoizeLast } from "../base/memoize.ts";
import type { Message } from "../connection/message.ts";
import type { ClusterClient } from "./cluster_client.ts";
import type { ClusterMap, Master } from "./cluster_map.ts";
import { ClusterWatch } from "./cluster_watch.ts";
import { Complaints } from "./complaints.ts";
import { Guests } from "./guests.ts";
import { hashSlot, SLOTS } from "./hash_slot.ts";
import type { BrokerPort, BrokerSink } from "./port.ts";
import type { Position, Published } from "./published.ts";
import { MAX_PAYLOAD, tagOf } from "./redis_channel.ts";
import { isElsewhere, Shard, type ShardTools } from "./shard.ts";
import type { TopicsState } from "./state.ts";

/** The port over one shard: topics may come to it from another one. */
export interface ShardPort extends BrokerPort {
  /** `from`: where the topic was at the other shard, `""` if that is not known. */
  subscribe(topic: string, from?: Position): Promise<void> | undefined;
}

/** A shard, and the port over it. */
interface Lane<Port> {
  readonly shard: Shard;
  readonly port: Port;
  state: TopicsState;
  cause: unknown;
}

/** Where a topic is that is wanted here. */
interface Place<Port> {
  readonly slot: number;
  /** `undefined` while nobody serves its slot. */
  lane: Lane<Port> | undefined;
  /** Where it was when it was last served. */
  from: Position;
  readonly ready: Deferred<void>;
  /** Whether a shard has had it: then nobody waits to hear of a refusal. */
  known: boolean;
}

/** What the ports over shards are made with. */
export interface ShardedOptions<Port> {
  readonly client: ClusterClient;
  readonly prefix: string;
  readonly clock: Clock;
  /** Whether whoever subscribes waits until a shard has the topic. */
  readonly waits: boolean;
  /** Bytes that an envelope takes. */
  readonly header: number;
  readonly make: (shard: Shard) => Port;
}

/**
 * A broker over a cluster: a port of its own for each shard, which notices by itself whether its messages
 * get through. What goes wrong with one of them concerns the topics in its slots alone.
 */
export class ShardedRelay<Port extends ShardPort> implements BrokerPort {
  readonly linger = 5_000;
  readonly #options: ShardedOptions<Port>;
  readonly #watch: ClusterWatch;
  readonly #guests: Guests;
  readonly #complaints: Complaints;
  readonly #tools: ShardTools;
  /** By the id of the master. */
  readonly #lanes = new Map<string, Lane<Port>>();
  readonly #places = new Map<string, Place<Port>>();
  /** Busy topics are published to many times in a row. */
  readonly #slotOf = memoizeLast(slotOf);
  #map: ClusterMap | undefined;
  #state: TopicsState = "down";
  #sink!: BrokerSink;
  #closed = false;

  constructor(options: ShardedOptions<Port>) {
    const { client, clock, prefix } = this.#options = options;
    this.#watch = new ClusterWatch(client, clock);
    this.#guests = new Guests(client);
    this.#complaints = new Complaints(clock, (error) => this.#sink.error(error));
    const owner = {
      hurry: () => this.#watch.hurry(),
      asking: this.#guests.ask.bind(this.#guests),
    };
    this.#tools = { client, clock, prefix, owner };
  }

  get maxPayload(): number {
    return MAX_PAYLOAD - this.#options.header;
  }

  get state(): TopicsState {
    return this.#state;
  }

  stateOf(topic: string): TopicsState {
    return this.laneOf(topic)?.state ?? "down";
  }

  start(sink: BrokerSink): void {
    this.#sink = sink;
    this.#watch.start({
      connected: () =>
        [...this.#lanes.values()].flatMap(({ shard }) => shard.connected ? [shard] : []),
      well: () => this.#state === "up",
      changed: (map) => this.#follow(map),
      failed: (error) => this.#complaints.tell(messageOf(error), error),
    });
  }

  /** The shard that serves a topic; `undefined` if none does. */
  protected laneOf(topic: string): Lane<Port> | undefined {
    return this.#places.get(topic)?.lane ?? this.#laneAt(this.#slotOf(topic));
  }

  #laneAt(slot: number): Lane<Port> | undefined {
    const owner = this.#map?.ownerOf(slot);
    return owner && this.#lanes.get(owner.id);
  }

  /** Others serve the slots now, or serve other slots. */
  #follow(map: ClusterMap): void {
    const before = this.#map;
    this.#map = map;
    this.#guests.leave();
    const gone = new Map(this.#lanes);
    for (const { id } of map.masters) gone.delete(id);
    for (const master of map.masters) this.#laneFor(master, before, gone);
    for (const [topic, place] of this.#places) {
      const lane = this.#laneAt(place.slot);
      if (lane !== place.lane) this.#move(topic, place, lane);
    }
    for (const [id, { port }] of gone) {
      this.#lanes.delete(id);
      port.close();
    }
    this.#look();
  }

  #laneFor(master: Master, before: ClusterMap | undefined, gone: Map<string, Lane<Port>>): void {
    const known = this.#lanes.get(master.id);
    if (known !== undefined) return known.shard.point(master);
    // Whoever takes the place of one that is gone goes on with what that one had.
    const forerunner = before?.ownerOf(master.ranges[0]![0])?.id ?? "";
    const heir = gone.get(forerunner);
    if (heir === undefined) return void this.#lanes.set(master.id, this.#open(master));
    gone.delete(forerunner);
    this.#lanes.delete(forerunner);
    this.#lanes.set(master.id, heir);
    heir.shard.point(master);
  }

  #open(master: Master): Lane<Port> {
    const shard = new Shard(master, this.#tools);
    const port = this.#options.make(shard);
    const lane: Lane<Port> = { shard, port, state: "down", cause: undefined };
    const sink = this.#sink;
    port.start({
      deliver: (topic, message) => sink.deliver(topic, message),
      ...sink.wentOut && { wentOut: sink.wentOut.bind(sink) },
      gap: (gap) => sink.gap(gap),
      error: (error) => this.#complaints.tell(messageOf(error), error),
      state: (state, cause) => {
        lane.state = state;
        lane.cause = cause;
        this.#look();
        if (state === "up") sink.partUp?.();
      },
    });
    return lane;
  }

  /** Tells how all of it is, if that has changed. */
  #look(): void {
    if (this.#closed) return;
    const lanes = [...this.#lanes.values()];
    const bad = lanes.filter(({ state }) => state !== "up");
    const served = this.#map?.served ?? 0;
    const isUp = bad.length === 0 && served === SLOTS;
    const state = isUp ? "up" : lanes.every(({ state }) => state === "down") ? "down" : "suspect";
    if (state === this.#state) return;
    this.#state = state;
    if (isUp) {
      this.#complaints.forget();
      return this.#sink.state("up");
    }
    const [first] = bad;
    const { host, port } = first?.shard.master ?? {};
    const [expected, got] = first === undefined
      ? [`nodes that serve ${SLOTS} slots`, `${served}`]
      : [
        `${lanes.length} shards`,
        `${lanes.length - bad.length}: ${host}:${port} is ${first.state}`,
      ];
    const { cause } = first ?? {};
    const error = usageError("reach all of redis", expected, got, Error);
    this.#sink.state(state, cause === undefined ? error : Object.assign(error, { cause }));
  }

  subscribe(topic: string): Promise<void> | undefined {
    const slot = slotOf(topic);
    const place: Place<Port> = {
      slot,
      lane: undefined,
      from: "",
      ready: new Deferred(),
      known: false,
    };
    this.#places.set(topic, place);
    place.ready.promise.catch(() => {});
    const known = this.#enter(topic, place, this.#laneAt(slot));
    if (this.#options.waits) return place.ready.promise;
    return known;
  }

  /** A topic is at a shard from now on, or at none. */
  #enter(
    topic: string,
    place: Place<Port>,
    lane: Lane<Port> | undefined,
    from?: Position,
  ): Promise<void> | undefined {
    place.lane = lane;
    const known = lane?.port.subscribe(topic, from);
    known?.then(
      () => {
        place.known = true;
        place.ready.resolve();
      },
      (error) => {
        if (place.known || this.#places.get(topic) !== place || place.lane !== lane) return;
        this.#places.delete(topic);
        place.ready.resolve(Promise.reject(error));
      },
    );
    return known;
  }

  #move(topic: string, place: Place<Port>, lane: Lane<Port> | undefined): void {
    const { port } = place.lane ?? {};
    if (port !== undefined) {
      place.from = this.positionAt(port, topic) ?? place.from;
      port.unsubscribe(topic);
    }
    this.#enter(topic, place, lane, place.from)?.catch(() => {});
  }

  /** Where a topic is at a shard, where that is known. */
  protected positionAt(_port: Port, _topic: string): Position | undefined {
    return undefined;
  }

  unsubscribe(topic: string): void {
    this.#places.get(topic)?.lane?.port.unsubscribe(topic);
    this.#places.delete(topic);
  }

  async publish(topic: string, data: Message, origin: string): Promise<Published> {
    const lane = this.laneOf(topic);
    const task = "publish over redis";
    if (lane === undefined) {
      const expected = `a node that serves slot ${slotOf(topic)}`;
      return { relayed: false, error: usageError(task, expected, "none", Error) };
    }
    const published = await lane.port.publish(topic, data, origin);
    const cause = published.error?.cause;
    if (!isElsewhere(cause)) return published;
    const error = usageError(task, "its slot where it was", messageOf(cause), Error);
    return { relayed: false, error: Object.assign(error, { cause }) };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch.close();
    this.#guests.leave();
    await Promise.all([...this.#lanes.values()].map(({ port }) => port.close()));
    this.#lanes.clear();
    this.#places.clear();
    this.#map = undefined;
    this.#state = "down";
  }
}

function slotOf(topic: string): number {
  return hashSlot(`{${tagOf(topic)}}`);
}
