import { hasBytes, parseHex } from "./bytes.js";

/** What the log keeps at most; older entries go first. */
const MOST_ENTRIES = 100_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The entries of the log in the order of their times, and which of them are shown: those that pass
 * the filter, up to the moment of the pause. An entry is `{ time, direction, type, size, data,
 * connection }` with the time in milliseconds, and gets a number of its own as `id`.
 */
export class Entries {
  all = [];
  shown = [];
  paused = false;
  /** Entries that went because there were too many. */
  lost = 0;
  #bytes = 0;
  #next = 0;
  #filter = { kind: "", text: "", bytes: undefined };

  add(entry) {
    entry.id = this.#next++;
    entry.size ??= 0;
    insert(this.all, entry);
    this.#bytes += entry.size;
    if (!this.paused && this.#passes(entry)) insert(this.shown, entry);
    if (this.all.length > MOST_ENTRIES || this.#bytes > MOST_BYTES) this.#shrink();
    return entry;
  }

  clear() {
    this.all = [];
    this.#bytes = this.lost = this.#next = 0;
    this.#refilter();
  }

  /**
   * Shows one kind only, or all if it is "", and among them those whose data hold a text; in binary
   * data it is looked for as hex.
   */
  filter(kind, text) {
    this.#filter = { kind, text: text.toLowerCase(), bytes: bytesIn(text) };
    this.#refilter();
  }

  pause(paused) {
    this.paused = paused;
    if (!paused) this.#refilter();
  }

  /** "2 of 3 entries, 5 older ones let go, paused". */
  get summary() {
    const [all, shown, lost] = [this.all.length, this.shown.length, this.lost]
      .map((count) => count.toLocaleString("en"));
    if (all === "0") return "No entries";
    return `${shown === all ? all : `${shown} of ${all}`} ${all === "1" ? "entry" : "entries"}` +
      (this.lost > 0 ? `, ${lost} older ones let go` : "") + (this.paused ? ", paused" : "");
  }

  #passes({ direction, data }) {
    const { kind, text, bytes } = this.#filter;
    if (kind !== "" && kind !== direction) return false;
    if (text === "") return true;
    if (typeof data === "string") return data.toLowerCase().includes(text);
    return bytes !== undefined && hasBytes(data, bytes);
  }

  #refilter() {
    this.shown = this.all.filter((entry) => this.#passes(entry));
  }

  /** Lets the oldest go: a tenth at least, so that it is not done again at once. */
  #shrink() {
    let gone = 0;
    while (
      gone < this.all.length - 1 && (gone < this.all.length / 10 || this.#bytes > MOST_BYTES)
    ) this.#bytes -= this.all[gone++].size;
    this.lost += gone;
    const [last] = this.all.splice(0, gone).slice(-1);
    // Whatever is shown and older is no longer there; a pause ends for it.
    const first = this.shown.findIndex(({ time, id }) =>
      time > last.time || (time === last.time && id > last.id)
    );
    this.shown.splice(0, first === -1 ? this.shown.length : first);
  }
}

/** Puts an entry where its time belongs: mostly at the end, or a little before it. */
function insert(entries, entry) {
  let at = entries.length;
  while (at > 0 && entries[at - 1].time > entry.time) at--;
  if (at === entries.length) entries.push(entry);
  else entries.splice(at, 0, entry);
}

/** What a search looks for in binary data; nothing, if it is no hex. */
function bytesIn(text) {
  try {
    return parseHex(text);
  } catch {
    return undefined;
  }
}
