import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/contain.ts";
import { usageError } from "../base/usage_error.ts";
import type { Message } from "../connection/message.ts";
import { Answers, Cut, Unanswered } from "./answers.ts";
import { Appends } from "./appends.ts";
import { CANARY_PERIOD } from "./canary.ts";
import { Complaints } from "./complaints.ts";
import { decode } from "./envelope.ts";
import type { Follower } from "./follower.ts";
import { Followers } from "./followers.ts";
import { HistoryReader } from "./history_reader.ts";
import type { Entry, HistoryEngine, HistoryListener, Stretch } from "./history_engine.ts";
import { InFlight } from "./in_flight.ts";
import { lastWords } from "./last_words.ts";
import { Link } from "./link.ts";
import { type Mark, markOf, NOTHING, positionOf, sameMark } from "./mark.ts";
import type { BrokerSink, Page, ReplayPort } from "./port.ts";
import { randomId, twinsError } from "./process_id.ts";
import type { Position, Published } from "./published.ts";
import { encodeRecord, Nonces, RECORD_HEADER } from "./record.ts";
import { SharedReads } from "./shared_reads.ts";
import type { TopicsState } from "./state.ts";
import { Wishes } from "./wishes.ts";

/**
 * A broker over an engine with a history: the engine has every message first, and says in which order
 * they come. Whatever did not get here is read from the history.
 */
export class ReplayRelay implements ReplayPort {
  readonly linger = 5_000;
  readonly #engine: HistoryEngine;
  readonly #clock: Clock;
  readonly #nonces = new Nonces();
  readonly #answers: Answers;
  readonly #appends: Appends;
  readonly #inFlight: InFlight;
  readonly #reader: HistoryReader;
  readonly #shared: SharedReads;
  readonly #followers: Followers;
  readonly #wishes: Wishes;
  readonly #complaints: Complaints;
  readonly #link: Link;
  #sink!: BrokerSink;
  #stopLooking: (() => void) | undefined;
  #closed = false;

  /** `id`: 16 hexadecimal digits that no other process has. */
  constructor(engine: HistoryEngine, clock: Clock, id: string = randomId()) {
    this.#engine = engine;
    this.#clock = clock;
    this.#answers = new Answers(engine, clock);
    this.#reader = new HistoryReader(engine, this.#answers, clock);
    this.#inFlight = new InFlight(engine, clock, () => {});
    this.#appends = new Appends((topic, packets) => engine.append(topic, packets), engine.batch);
    this.#shared = new SharedReads((topic, from) => this.#readAndOffer(topic, from), clock);
    this.#complaints = new Complaints(clock, (error) => this.#sink.error(error));
    this.#followers = new Followers(clock, {
      read: (topic, from) => this.#reader.read(topic, from),
      rest: () => this.#reader.rest(),
      deliver: (topic, message) => this.#sink.deliver(topic, message),
      wentOut: (topic) => this.#sink.wentOut?.(topic),
      gap: (gap) => {
        this.#shared.forget();
        this.#sink.gap(gap);
      },
      foreign: (topic) => this.#foreign(`the history of ${JSON.stringify(topic)}`),
      failed: (follower, error) => this.#failed(follower, error),
      doubt: () => this.#link.vanished(new Error(`The histories of ${engine.name} begin anew`)),
    });
    const isWanted = (channel: string) => this.#followers.get(channel) !== undefined;
    this.#wishes = new Wishes(engine, clock, isWanted);
    this.#link = new Link(engine, id, this.#wishes, {
      wanted: () => this.#followers.channels(),
      connected: () => {},
      prepare: () => this.#answers.wait(engine.prepare(), "a question about histories"),
      cut: (cause) => {
        this.#followers.doubt();
        this.#inFlight.cut(cause);
        this.#answers.cut();
        this.#wishes.cut();
      },
      lost: () => this.#followers.doubt(),
      up: () => {
        this.#complaints.forget();
        this.#followers.catchUp();
      },
      state: (state, cause) => this.#sink.state(state, cause),
      refused: (channel, error) => this.#refused(channel, error),
    });
  }

  get maxPayload(): number {
    return Math.max(0, this.#engine.maxPayload - RECORD_HEADER);
  }

  get state(): TopicsState {
    return this.#link.state;
  }

  start(sink: BrokerSink): void {
    this.#sink = sink;
    this.#stopLooking = this.#clock.every(CANARY_PERIOD / 2, () => {
      this.#link.look();
      this.#followers.look(this.#link.state === "up");
    });
    const listener: HistoryListener = {
      connected: () => this.#link.connect(),
      disconnected: (cause) => this.#link.disconnect(cause),
      recorded: (channel, entry) => this.#followers.get(channel)?.take(entry),
      message: (channel, bytes) => this.#takeOther(channel, bytes),
      vanished: (cause) => this.#link.vanished(cause),
      error: (error) => {
        if (!this.#closed) this.#complain(error);
      },
    };
    this.#engine.start(listener);
  }

  /** Canaries come without a place in a history. */
  #takeOther(channel: string, bytes: Uint8Array): void {
    const where = `the channel ${JSON.stringify(channel)}`;
    if (this.#closed) return;
    if (channel !== this.#link.channel) {
      if (this.#followers.get(channel) !== undefined) this.#foreign(where);
      return;
    }
    const envelope = decode(bytes);
    if (envelope === undefined) this.#foreign(where);
    else if (!this.#link.came(envelope)) this.#complain(twinsError(envelope.publisher));
  }

  #complain(error: unknown): void {
    this.#complaints.tell(messageOf(error), error);
  }

  #foreign(where: string): void {
    const expected = `messages of this version of edgesocket, in mode "replay", in ${where} of ` +
      this.#engine.name;
    this.#complaints.tell("foreign", usageError("read a message", expected, "other bytes"));
  }

  /** `from`: where it goes on, if it was followed somewhere else before. */
  subscribe(topic: string, from: Position = ""): Promise<void> {
    const channel = this.#engine.channel("topic", topic);
    const follower = this.#followers.add(channel, topic, markOf(from));
    // Away or not up yet: whoever waits goes on waiting, and it is subscribed with all others.
    if (this.#link.connected) {
      const known = this.#wishes.change(channel);
      known.then(
        () => {
          if (this.#link.state === "up") follower.catchUp();
        },
        (error) => {
          // Those that were cut off are subscribed with all others as soon as the engine is back.
          // So are those that were followed elsewhere before, and that nobody has refused.
          const late = error instanceof Unanswered && follower.at !== undefined;
          if (late || error instanceof Cut) this.#link.doubt();
          else if (this.#followers.get(channel) === follower) this.#failed(follower, error);
        },
      );
    }
    return follower.started;
  }

  unsubscribe(topic: string): void {
    const channel = this.#engine.channel("topic", topic);
    if (!this.#followers.delete(channel) || !this.#link.connected) return;
    this.#wishes.change(channel).catch(() => {});
  }

  #refused(channel: string, error: unknown): void {
    const follower = this.#followers.get(channel);
    if (follower !== undefined) this.#failed(follower, error);
  }

  /** Whoever waits for a topic is told; of one that was followed before, somebody should know. */
  #failed(follower: Follower, error: unknown): void {
    this.#complain(error);
    if (follower.at !== undefined) return;
    this.unsubscribe(follower.topic);
    follower.refuse(error);
  }

  publish(topic: string, data: Message, origin: string): Promise<Published> {
    const isThere = this.#link.state === "up" && !this.#closed;
    if (!isThere || this.#inFlight.full) return this.#inFlight.refuse(topic, isThere);
    const packet = encodeRecord(data, origin, this.#nonces.next());
    const relayed = (mark: Mark) => ({ relayed: true, position: positionOf(mark) });
    return this.#inFlight.add(topic, packet.length, this.#appends.add(topic, packet), relayed);
  }

  position(topic: string): Position | undefined {
    const at = this.#followers.get(this.#engine.channel("topic", topic))?.at;
    return at && positionOf(at);
  }

  read(topic: string, after: Position, limit: number): Page | Promise<Page> {
    const from = after === "" ? "start" : markOf(after);
    const follower = this.#followers.get(this.#engine.channel("topic", topic));
    if (from === undefined || follower === undefined) {
      return { messages: [], position: this.position(topic) ?? after, lost: "epoch" };
    }
    if (from !== "start" && follower.current) {
      if (sameMark(from, follower.at!)) return { messages: [], position: after };
      const entries = follower.behind(from) ?? [];
      const page = pageOf({ entries, head: from }, limit);
      if (page.messages.length > 0) return page;
      // None of them is ours.
      if (entries.length > 0) return this.read(topic, page.position, limit);
    }
    return this.#readBehind(follower, from, limit);
  }

  async #readBehind(follower: Follower, from: Mark | "start", limit: number): Promise<Page> {
    for (;;) {
      try {
        const stretch = await this.#shared.read(follower.topic, from);
        // At the end of the history, where this process may not be yet.
        if (stretch.entries.length === 0 || stretch.lost) await follower.catchUp();
        if (stretch.lost) return { ...pageOf(stretch, limit), lost: stretch.lost };
        const { entries, head } = stretch;
        const here = follower.current ? follower.at! : head;
        // Where nothing is, the end grows with other topics: two who look never see the same one.
        if (entries.length === 0 && head.check === NOTHING && here.offset <= head.offset) {
          return { messages: [], position: positionOf(here) };
        }
        return pageOf(stretch, limit);
      } catch (error) {
        // Whoever reads comes back when the engine does.
        if (!(error instanceof Unanswered) || this.#link.state !== "up" || follower.closed) {
          if (!(error instanceof Unanswered)) this.#complain(error);
          throw error;
        }
        await this.#reader.rest();
      }
    }
  }

  /** What is read for one who comes back may be new to those who are here. */
  async #readAndOffer(topic: string, from: Mark | "start"): Promise<Stretch> {
    const stretch = await this.#reader.read(topic, from);
    this.#followers.get(this.#engine.channel("topic", topic))?.offer(from, stretch);
    return stretch;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#stopLooking?.();
    const channels = [this.#link.channel, ...this.#followers.channels()];
    this.#followers.clear();
    this.#closed = true;
    this.#link.close();
    if (this.#link.connected) {
      await lastWords(this.#clock, [this.#inFlight.drained(), this.#wishes.leave(channels)]);
    }
    this.#wishes.cut();
    this.#answers.cut();
    this.#shared.forget();
    this.#inFlight.close();
    this.#engine.close();
    this.#link.end();
  }
}

/** What a reader gets of a piece of a history. */
function pageOf({ entries, head }: Pick<Stretch, "entries" | "head">, limit: number): Page {
  const taken: readonly Entry[] = entries.length > limit ? entries.slice(0, limit) : entries;
  const messages = taken.flatMap(({ recorded }) => recorded === undefined ? [] : [recorded]);
  return { messages, position: positionOf(taken.at(-1)?.mark ?? head) };
}
