import { Queue } from "../base/queue.ts";
import { MESSAGE_OVERHEAD } from "../connection/message.ts";
import type { Completion, StreamItem } from "../wire/message.ts";
import type { Schema } from "../wire/schema.ts";
import { HubError } from "./hub_error.ts";
import { validated } from "./validation.ts";
import type { Waiting } from "./waiting.ts";

type Result = IteratorResult<unknown, undefined>;

interface Item {
  readonly value: unknown;
  readonly cost: number;
}

/** One stream that a client uploads, as its handler loops over it. */
export class UploadStream implements AsyncIterableIterator<unknown, undefined> {
  readonly #schema: Schema;
  readonly #waiting: Waiting;
  readonly #items = new Queue<Item>();
  readonly #readers: (() => void)[] = [];
  #ended = false;
  #error: HubError | undefined;

  constructor(schema: Schema, waiting: Waiting) {
    this.#schema = schema;
    this.#waiting = waiting;
  }

  /** An item came. */
  push(value: unknown, bytes: number): void {
    if (this.#ended) return;
    const cost = MESSAGE_OVERHEAD + bytes;
    this.#items.push({ value, cost });
    this.#waiting.add(cost);
    this.#readers.shift()?.();
  }

  /** Whether nothing more comes. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Nothing more comes; what came can still be read, and then the error. */
  end(error?: string): void {
    if (this.#ended) return;
    this.#ended = true;
    if (error !== undefined) this.#error = new HubError(error);
    for (const wake of this.#readers.splice(0)) wake();
  }

  /** Throws away what waits; whoever reads on gets the reason, unless nothing is missing. */
  clear(error?: string): void {
    const lost = this.#items.length > 0;
    for (let item; (item = this.#items.shift()) !== undefined;) this.#waiting.remove(item.cost);
    this.end(error);
    if (lost && error !== undefined) this.#error = new HubError(error);
  }

  async next(): Promise<Result> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#waiting.remove(item.cost);
        const value = await validated(this.#schema, item.value, "an uploaded item");
        return { value, done: false };
      }
      if (this.#ended) {
        const error = this.#error;
        this.#error = undefined;
        if (error !== undefined) throw error;
        return { value: undefined, done: true };
      }
      await new Promise<void>((resolve) => this.#readers.push(resolve));
    }
  }

  return(): Promise<Result> {
    this.clear();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<unknown, undefined> {
    return this;
  }
}

/** The streams that one client uploads now, by the ids that it has given them. */
export class Uploads {
  readonly #waiting: Waiting;
  /** Made when something is uploaded for the first time. */
  #streams: Map<string, UploadStream> | undefined;

  constructor(waiting: Waiting) {
    this.#waiting = waiting;
  }

  /** How many there are. */
  get size(): number {
    return this.#streams?.size ?? 0;
  }

  get(id: string): UploadStream | undefined {
    return this.#streams?.get(id);
  }

  open(id: string, schema: Schema): UploadStream {
    const stream = new UploadStream(schema, this.#waiting);
    (this.#streams ??= new Map()).set(id, stream);
    return stream;
  }

  /**
   * The call that reads these has ended: what else comes for them is thrown away. Whoever reads on
   * learns it, unless all has come and was read: a part is not to be taken for the whole.
   */
  close(ids: readonly string[]): void {
    for (const id of ids) {
      this.get(id)?.clear("the call has ended");
      this.#streams?.delete(id);
    }
  }

  /** Takes an item. One for a stream that nobody reads any more is late, and no fault. */
  item({ invocationId, item }: StreamItem, bytes: number): void {
    this.get(invocationId)?.push(item, bytes);
  }

  /** Takes the end of a stream. Says whether there is one of this id. */
  complete({ invocationId, error }: Completion): boolean {
    const stream = this.get(invocationId);
    stream?.end(error);
    return stream !== undefined;
  }

  /**
   * Nothing more comes of any of them. Those that have not come whole are thrown away.
   *
   * @param all Throws away those as well that have: there is no room for them.
   */
  end(all = false): void {
    for (const stream of this.#streams?.values() ?? []) {
      if (all || !stream.ended) stream.clear("the client is gone");
    }
  }
}
