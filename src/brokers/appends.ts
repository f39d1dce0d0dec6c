import { Deferred } from "../base/deferred.ts";
import type { Packet } from "./envelope.ts";
import type { Mark } from "./mark.ts";

/** Bytes, or a little more, that one command takes. */
const MOST_BYTES = 1024 * 1024;

/** Adds records to the history of a topic: where each of them stands, in the same order. */
export type Append = (topic: string, packets: readonly Packet[]) => Promise<readonly Mark[]>;

interface Batch {
  readonly packets: Packet[];
  readonly marks: Deferred<readonly Mark[]>;
  size: number;
}

/** Records on their way into histories: those of one turn and one topic share a command. */
export class Appends {
  readonly #append: Append;
  readonly #most: number;
  readonly #batches = new Map<string, Batch>();

  /** `most`: records that one command takes. */
  constructor(append: Append, most: number) {
    this.#append = append;
    this.#most = most;
  }

  /** Where the record stands, once it does. */
  async add(topic: string, packet: Packet): Promise<Mark> {
    const batch = this.#batches.get(topic) ?? this.#open(topic);
    const place = batch.packets.push(packet) - 1;
    batch.size += packet.length;
    if (batch.packets.length === this.#most || batch.size >= MOST_BYTES) this.#send(topic, batch);
    const mark = (await batch.marks.promise)[place];
    if (mark === undefined) throw new Error("The engine has not said where a message stands");
    return mark;
  }

  #open(topic: string): Batch {
    const batch = { packets: [], marks: new Deferred<readonly Mark[]>(), size: 0 };
    this.#batches.set(topic, batch);
    queueMicrotask(() => this.#send(topic, batch));
    return batch;
  }

  #send(topic: string, batch: Batch): void {
    if (this.#batches.get(topic) !== batch) return;
    this.#batches.delete(topic);
    batch.marks.resolve(this.#append(topic, batch.packets));
  }
}
