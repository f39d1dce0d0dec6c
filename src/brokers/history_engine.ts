import type { Engine, EngineListener } from "./engine.ts";
import type { Packet } from "./envelope.ts";
import type { Mark } from "./mark.ts";
import type { Recorded } from "./port.ts";

/** A message out of the history of an engine, or on its way to whoever follows the topic. */
export interface Entry {
  readonly mark: Mark;
  /** The offset before it; `undefined` where the engine does not know. */
  readonly previous: number | undefined;
  /** `undefined` if it is none of ours. */
  readonly recorded: Recorded | undefined;
}

/** Where to read from: behind a mark, from the oldest that is kept, or nothing but where the end is. */
export type From = Mark | "start" | "end";

/** A piece of a history, without a hole. */
export interface Stretch {
  /** Oldest first. */
  readonly entries: readonly Entry[];
  /** Where the topic was at its end when this was read. */
  readonly head: Mark;
  /** Whether the entries reach to that end. */
  readonly done: boolean;
  /** Why there may be messages missing before them. */
  readonly lost?: "epoch" | "trimmed";
}

/** What the client of an engine with a history tells. */
export interface HistoryListener extends EngineListener {
  /** A message of a topic came, with its place in the history. */
  recorded(channel: string, entry: Entry): void;
  /** The history that was prepared is no longer there. */
  vanished(cause: unknown): void;
}

/** The port of an engine that keeps what is published. None of its promises is trusted to settle. */
export interface HistoryEngine extends Omit<Engine, "start"> {
  /** Records that `append` takes at once. */
  readonly batch: number;
  start(listener: HistoryListener): void;
  /** Gets ready, once for each connection, before anything else. */
  prepare(): Promise<void>;
  /** Adds records to a topic and sends them to whoever follows it: where each of them stands. */
  append(topic: string, packets: readonly Packet[]): Promise<readonly Mark[]>;
  /** Reads at most `limit` messages, and not many more than a megabyte. */
  read(topic: string, from: From, limit: number): Promise<Stretch>;
}
