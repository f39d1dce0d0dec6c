import type { Clock } from "../base/clock.ts";
import { Queue } from "../base/queue.ts";
import type { CloseInfo } from "./close.ts";
import type { Drainable, DrainPoll } from "./drain_poll.ts";
import { MARK } from "./memory_budget.ts";
import { byteLength, copyOf, type Message, MESSAGE_OVERHEAD, type SendData } from "./message.ts";
import type { Abilities, SendResult, Socket } from "./socket.ts";

/** The part of a server that a backlog needs. */
export interface BacklogServer {
  readonly clock: Clock;
  readonly abilities: Abilities;
  readonly drainPoll: DrainPoll;
}

/** Called when more or less waits; `progressed` if something went out. */
export type BacklogChanged = (progressed: boolean) => void;

/**
 * What waits for a client that reads more slowly than we send: first in the runtime's own queue,
 * then, where that takes no more, in ours. Made when something waits for the first time.
 */
export class Backlog implements Drainable {
  readonly #socket: Socket;
  readonly #limit: number;
  readonly #server: BacklogServer;
  readonly #changed: BacklogChanged;
  readonly #queue: Queue<{ readonly data: Message; readonly size: number }> = new Queue();
  /** Bytes in our queue, as the client will see them. */
  queued = 0;
  /** Bytes in the runtime's queue when we last looked. */
  #handed = 0;
  /** Bytes of a message that alone is larger than the limit, and does not count. */
  #exempt = 0;
  #closing: CloseInfo | undefined;
  /** When a byte last went out, or the first one began to wait. */
  progressAt: number;

  /** `limit`: bytes that may wait. */
  constructor(socket: Socket, limit: number, server: BacklogServer, changed: BacklogChanged) {
    this.#socket = socket;
    this.#limit = limit;
    this.#server = server;
    this.#changed = changed;
    this.progressAt = server.clock.now();
  }

  /** Bytes that wait. */
  get size(): number {
    return this.#handed + this.queued;
  }

  /** Bytes of memory that they take. */
  get memory(): number {
    return this.#handed + this.queued + MESSAGE_OVERHEAD * this.#queue.length;
  }

  /**
   * How many times as long as usual this may stand still. Where messages go out as a whole, as far as
   * anybody can see, a long one to a slow client does not move until all of it is there: each MiB of it
   * has the time that other runtimes give to a byte.
   */
  get patience(): number {
    const whole = this.#server.abilities.progress === "messages";
    return whole ? Math.max(1, this.#handed / MARK) : 1;
  }

  /** Whether so much waits that there should come no more to answer. */
  get nearLimit(): boolean {
    return this.#counted > Math.max(this.#limit / 2, this.#limit - MARK);
  }

  /** Bytes of memory that are free as soon as the connection ends. */
  get freeable(): number {
    return this.#server.abilities.terminate === "cut" ? this.memory : this.memory - this.#handed;
  }

  get #counted(): number {
    return this.size - this.#exempt;
  }

  /** Sends behind whatever waits; `full` if too much does. */
  send(data: SendData): "sent" | "gone" | "full" {
    // Handing over comes first: a socket that is gone says so then, and what was sent before goes out.
    let result: SendResult = this.#handOver();
    if (result !== "gone" && this.#counted > this.#limit) return "full";
    if (result === "sent") result = this.#socket.send(data);
    if (result === "gone") return "gone";
    this.add(data, result);
    return "sent";
  }

  /** Takes into account what became of a message: where it was not taken, it waits here. */
  add(data: SendData, result: "sent" | "queued" | "full"): void {
    if (this.size === 0) this.progressAt = this.#server.clock.now();
    if (result === "full") {
      const size = byteLength(data);
      this.#queue.push({ data: copyOf(data), size });
      this.queued += size;
    }
    if (result !== "sent") this.#handed = this.#socket.bufferedAmount;
    this.#exemptIfLarge(data);
    // Last, because this connection may be the one that ends for it.
    this.watch();
    this.#changed(false);
  }

  /** Has somebody look whether less waits, where the runtime does not say so. */
  watch(): void {
    if (this.#server.abilities.drain === "poll") this.#server.drainPoll.add(this);
  }

  /**
   * Hands over what the runtime takes, and looks how much waits there.
   *
   * @param progressed Whether the runtime has said that something went out.
   */
  drain(progressed = false): { readonly progressed: boolean; readonly done: boolean } {
    const { size } = this;
    const { length } = this.#queue;
    this.#handOver();
    progressed ||= this.size < size || this.#queue.length < length;
    if (progressed) this.progressAt = this.#server.clock.now();
    if (this.size === 0 && this.#closing) {
      const { code, reason } = this.#closing;
      this.#closing = undefined;
      this.#socket.close(code, reason);
    }
    this.#changed(progressed);
    return { progressed, done: this.size === 0 };
  }

  /** Hands over what the runtime takes: `sent` if that is all of it. */
  #handOver(): "sent" | "full" | "gone" {
    let result: SendResult = "sent";
    for (let next = this.#queue.first; next !== undefined; next = this.#queue.first) {
      result = this.#socket.send(next.data);
      if (result === "full" || result === "gone") break;
      this.#queue.shift();
      this.queued -= next.size;
      // The runtime takes more only when some of what it had is out.
      this.progressAt = this.#server.clock.now();
    }
    this.#measure();
    return result === "queued" ? "sent" : result;
  }

  /** Sends a close frame when nothing waits any more. */
  close(info: CloseInfo): void {
    this.#closing = info;
    this.drain();
    if (this.#closing) this.watch();
  }

  /** Throws away our queue; what the runtime has been handed stays with it. */
  clear(): void {
    this.#server.drainPoll.delete(this);
    this.#measure();
    this.#queue.clear();
    this.queued = 0;
    this.#closing = undefined;
  }

  #measure(): void {
    const waiting = this.#socket.bufferedAmount;
    // Whoever sends all the time would take the progress for itself that a look is to see.
    if (waiting < this.#handed) this.progressAt = this.#server.clock.now();
    this.#handed = waiting;
    this.#exempt = Math.min(this.#exempt, this.size);
  }

  #exemptIfLarge(data: SendData): void {
    const limit = this.#limit;
    const atMost = typeof data === "string" ? 3 * data.length : data.byteLength;
    if (this.#exempt > 0 || atMost <= limit) return;
    const size = byteLength(data);
    if (size > limit) this.#exempt = Math.min(size, this.size);
  }
}
