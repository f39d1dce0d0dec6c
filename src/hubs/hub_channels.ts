import { utf8Exceeds } from "../base/utf8.ts";

/** Bytes that the name of a group may have: an engine would not take any. */
const LONGEST = 255;

/**
 * The channels of one hub, as topics of its broker. No topic of `createTopics` has such a name, so
 * that both can share a broker.
 */
export class Channels {
  /** What every process of the hub listens to. */
  readonly all: string;
  readonly #groups: string;
  readonly #processes: string;

  /** @param hub Its name, without `>`. */
  constructor(hub: string) {
    this.all = `>${hub}>all`;
    this.#groups = `>${hub}>group>`;
    this.#processes = `>${hub}>process>`;
  }

  /** What leads to one process. */
  to(id: string): string {
    return this.#processes + id;
  }

  /** What leads to a group; `undefined` for a name that no engine takes. */
  group(name: string): string | undefined {
    return utf8Exceeds(name, LONGEST) || !wellFormed(name) ? undefined : this.#groups + name;
  }

  /** The group that a channel leads to. */
  groupOf(channel: string): string | undefined {
    return channel.startsWith(this.#groups) ? channel.slice(this.#groups.length) : undefined;
  }
}

/** Whether each surrogate of a text has its other half: there is no UTF-8 of others. */
function wellFormed(text: string): boolean {
  return !/[\ud800-\udfff]/u.test(text);
}
