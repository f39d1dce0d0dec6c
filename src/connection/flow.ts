import { Deferred } from "../base/deferred.ts";
import { Backlog, type BacklogServer } from "./backlog.ts";
import { type CloseInfo, RECEIVE_QUEUE_FULL, SEND_QUEUE_FULL } from "./close.ts";
import { Inbox } from "./inbox.ts";
import type { Limits } from "./limits.ts";
import { type Holder, MARK, type MemoryBudget } from "./memory_budget.ts";
import type { Message } from "./message.ts";
import type { Socket } from "./socket.ts";

/** The part of a server that a flow needs. */
export interface FlowServer extends BacklogServer {
  readonly budget: MemoryBudget;
}

/** What a flow tells its connection. */
export interface FlowOwner {
  /** The connection has to end: it holds too much of the server's memory. */
  drop(info: CloseInfo): void;
  /** Some of what was sent has gone out. */
  wentOut(): void;
}

/**
 * What waits on one connection, in both directions, and whether it moves. Made when something waits
 * for the first time, so that an idle connection does without.
 */
export class Flow implements Holder {
  held = 0;
  freeable = 0;
  readonly #limits: Limits;
  readonly #server: FlowServer;
  readonly #owner: FlowOwner;
  #socket: Socket | undefined;
  #backlog: Backlog | undefined;
  #inbox: Inbox | undefined;
  #drained: Deferred<void> | undefined;
  /** Whether we have stopped reading from the client. */
  #paused = false;
  /** Whether the connection has ended for users, and whether the runtime has let go of it. */
  #ended = false;
  #released = false;

  constructor(limits: Limits, server: FlowServer, owner: FlowOwner) {
    this.#limits = limits;
    this.#server = server;
    this.#owner = owner;
  }

  /** What waits for the client; `undefined` if nothing ever did. */
  get backlog(): Backlog | undefined {
    return this.#backlog;
  }

  /** What waits for the client of this socket. */
  openBacklog(socket: Socket): Backlog {
    this.#socket = socket;
    const { maxBackpressure } = this.#limits;
    return this.#backlog ??= new Backlog(socket, maxBackpressure, this.#server, (progressed) => {
      this.#account();
      this.#pauseOrResume();
      if (progressed) this.#owner.wentOut();
      if (this.#backlog!.size === 0) this.#settleDrained();
    });
  }

  /** Resolves when nothing waits for the client any more, or when the connection has ended. */
  drained(socket: Socket): Promise<void> {
    this.#drained ??= new Deferred();
    this.openBacklog(socket).watch();
    return this.#drained.promise;
  }

  #settleDrained(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  /** What waits for the loop. */
  openInbox(): Inbox {
    if (this.#inbox === undefined) {
      this.#inbox = new Inbox(this.#limits.maxQueue, this.#server.clock.now());
      if (this.#ended) this.#inbox.end();
    }
    return this.#inbox;
  }

  /**
   * Takes in a message for the loop.
   *
   * @returns Whether it is the one that fills the queue.
   */
  enqueue(message: Message, socket: Socket): boolean {
    this.#socket = socket;
    const inbox = this.openInbox();
    // What was idle has not been stuck for all that time.
    if (inbox.size === 0) inbox.progressAt = this.#server.clock.now();
    inbox.push(message);
    this.#account();
    if (this.#ended || !inbox.full || inbox.paused) return false;
    inbox.paused = this.#server.abilities.pause;
    this.#pauseOrResume();
    return true;
  }

  /**
   * What `for await` takes.
   *
   * @param left Called when the loop was left before the end.
   */
  loop(left: () => void): AsyncIterableIterator<Message, undefined> {
    const inbox = this.openInbox();
    inbox.looped = true;
    return inbox.loop(() => {
      inbox.progressAt = this.#server.clock.now();
      if (this.held > 0) this.#account();
      if (!inbox.paused || !inbox.hasRoom) return;
      inbox.paused = false;
      this.#pauseOrResume();
    }, () => {
      this.#account();
      left();
    });
  }

  /** The end that is due because a queue does not move. */
  stuck(now: number): CloseInfo | undefined {
    const { backpressureTimeout } = this.#limits;
    // A little that waits does no harm, unless there is no room left for anybody.
    const much = this.#server.budget.exhausted ? 0 : MARK;
    const backlog = this.#backlog;
    if (backlog !== undefined && backlog.size > 0) {
      backlog.drain();
      const { size, progressAt, patience } = backlog;
      if (size > much && now - progressAt >= backpressureTimeout * patience) return SEND_QUEUE_FULL;
    }
    const inbox = this.#inbox;
    if (inbox === undefined || (inbox.size <= much && !inbox.paused)) return;
    if (now - inbox.progressAt < backpressureTimeout) return;
    // Whoever does not take anything will not take this.
    inbox.clear();
    return RECEIVE_QUEUE_FULL;
  }

  /**
   * Whether silence since `time` says nothing about the client: it has taken what waited for it,
   * behind which our ping waits too, or it is we who have stopped reading, and the loop moves.
   */
  movedSince(time: number): boolean {
    return (this.#backlog?.progressAt ?? 0) > time ||
      (this.#paused && (this.#inbox?.progressAt ?? 0) > time);
  }

  /**
   * The connection has ended for users. What waits for a loop can still be read.
   *
   * @param mayLoop Whether somebody may still begin one.
   */
  end(mayLoop: boolean): void {
    this.#ended = true;
    this.#backlog?.clear();
    if (!mayLoop && this.#inbox?.looped === false) this.#inbox.clear();
    this.#inbox?.end();
    this.#account();
    this.#settleDrained();
    this.#expire();
  }

  /** What nobody reads after the end is thrown away, once nothing has been read for long. */
  #expire(): void {
    const inbox = this.#inbox;
    if (inbox === undefined || inbox.size === 0) return;
    const { progressAt } = inbox;
    this.#server.clock.after(this.#limits.backpressureTimeout, () => {
      if (inbox.progressAt === progressAt) inbox.clear();
      this.#account();
      this.#expire();
    });
  }

  /** The runtime has let go of the connection. */
  release(): void {
    this.#released = true;
    this.#account();
  }

  evict(): void {
    const sending = this.#backlog?.memory ?? 0;
    const receiving = this.#inbox?.size ?? 0;
    this.#inbox?.clear();
    if (this.#ended) this.#account();
    else this.#owner.drop(sending > receiving ? SEND_QUEUE_FULL : RECEIVE_QUEUE_FULL);
  }

  /** Stops reading while either queue has no room, where the runtime can. */
  #pauseOrResume(): void {
    if (!this.#server.abilities.pause || this.#ended) return;
    const paused = this.#inbox?.paused === true || this.#backlog?.nearLimit === true;
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#socket?.pause?.();
    else this.#socket?.resume?.();
  }

  /** Tells the server how much memory this connection holds. */
  #account(): void {
    // What a runtime that cannot cut was handed stays in memory until it lets go.
    const cut = this.#server.abilities.terminate === "cut";
    const sending = this.#released || (this.#ended && cut) ? 0 : this.#backlog?.memory ?? 0;
    const receiving = this.#inbox?.size ?? 0;
    const held = sending + receiving;
    const freeable = receiving + (this.#ended ? 0 : this.#backlog?.freeable ?? 0);
    this.#server.budget.update(this, held, freeable, this.#ended);
  }
}
