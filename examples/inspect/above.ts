import { channel } from "node:diagnostics_channel";
import type { DiagnosticsMessages } from "edgesocket";

/** Topics and methods that are remembered; clients may name as many as they like. */
const MOST = 100;

/** What is known of one topic: connections in it, and what got lost on the way to this process. */
interface Topic {
  subscribers: number;
  gaps: number;
  /** Messages that are known to be missing. */
  missed: number;
}

/** How calls of one method have ended, and how many milliseconds they took together. */
interface Method {
  completed: number;
  failed: number;
  refused: number;
  cancelled: number;
  ms: number;
}

/** What the page is shown. */
export interface AboveView {
  readonly topics: readonly (readonly [name: string, topic: Topic])[];
  readonly methods: readonly (readonly [name: string, method: Method])[];
  /** How things stand with Redis or NATS; `undefined` if nothing was ever told. */
  readonly engine: string | undefined;
}

type Told<Word extends string> = DiagnosticsMessages[
  & `edgesocket:${Word}`
  & keyof DiagnosticsMessages
];

/** What there is above the sockets of this process: topics and hubs, since it was made. */
export class Above {
  /** Grows with each change; 0 as long as there is nothing to show. */
  version = 0;
  /** The paths of hubs. */
  readonly hubs: readonly string[];
  readonly #topics = new Map<string, Topic>();
  readonly #methods = new Map<string, Method>();
  #engine: string | undefined;
  /** Held, as Bun forgets a channel that nobody holds. */
  readonly #channels = new Map<string, ReturnType<typeof channel>>();

  constructor(hubs: readonly string[] = []) {
    this.hubs = hubs;
    this.#listen("topic", ({ topic, subscribers }) => {
      const known = this.#topics.get(topic);
      if (subscribers === 0 && (known?.gaps ?? 0) === 0) this.#topics.delete(topic);
      else this.#topic(topic).subscribers = subscribers;
    });
    this.#listen("gap", ({ topic, missed = 0 }) => {
      const known = this.#topic(topic);
      known.gaps++;
      known.missed += missed;
    });
    this.#listen("engine", ({ state }) => this.#engine = state);
    this.#listen("call", ({ method = "", outcome, duration }) => {
      const none = { completed: 0, failed: 0, refused: 0, cancelled: 0, ms: 0 };
      const known = kept(this.#methods, method, none);
      known[outcome]++;
      known.ms += duration;
    });
  }

  /** All of it, as it is now. */
  get view(): AboveView {
    return { topics: [...this.#topics], methods: [...this.#methods], engine: this.#engine };
  }

  #topic(name: string): Topic {
    return kept(this.#topics, name, { subscribers: 0, gaps: 0, missed: 0 });
  }

  #listen<Word extends "topic" | "gap" | "engine" | "call">(
    word: Word,
    listener: (message: Told<Word>) => void,
  ): void {
    const one = channel(`edgesocket:${word}`);
    one.subscribe((message) => {
      listener(message as Told<Word>);
      this.version++;
    });
    this.#channels.set(word, one);
  }
}

/** What a map has by this name, or else `made`, for which the oldest one goes if there are too many. */
function kept<Value>(map: Map<string, Value>, name: string, made: Value): Value {
  const known = map.get(name);
  if (known !== undefined) return known;
  const [oldest] = map.keys();
  if (map.size >= MOST && oldest !== undefined) map.delete(oldest);
  map.set(name, made);
  return made;
}
