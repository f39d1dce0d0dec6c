import type { Mutations } from "./mutation.ts";

/** Changes to src/brokers/. */
export const brokers: Mutations = {
  "brokers/envelope.ts": [
    ["text comes back as bytes", 'typeof data === "string" ? TEXT : 0', "0"],
    ["nobody says that a count begins anew", "(restarted ? RESTARTED : 0)", "0"],
    ["a beacon is a canary", 'kind === "beacon" ? BEACON : CANARY', "CANARY"],
    ["any bytes are read", "if (!HEAD.test(head)) return;", ""],
    ["an origin may be cut off", "if (bytes.length < end) return;", ""],
    ["an origin of any length", "if (bytes > LONGEST_ORIGIN) bytes = 0;", ""],
    ["bytes in somebody else's buffer", "new Uint8Array(rest).buffer", "rest.buffer"],
  ],
  "brokers/history.ts": [
    [
      "one message more is kept",
      "log.length > this.#limits.count",
      "log.length > 1 + this.#limits.count",
    ],
    ["bytes are not bounded", "this.#bytes > this.#limits.bytes || ", ""],
    ["age is not bounded", " || first.at <= oldest", ""],
    ["positions of other histories are taken", "epoch !== this.#epoch || ", ""],
    ["positions of the future are taken", "offset <= this.#offset ? offset : undefined", "offset"],
    ["what is missing is not told", '...(lost ? { lost: "trimmed" } : {}),', ""],
    [
      "the message at the position comes again",
      ".offset > offset) high",
      ".offset >= offset) high",
    ],
    ["bytes are never given back", "this.#bytes -= entry.size;", ""],
  ],
  "brokers/outgoing.ts": [
    ["a number comes twice", "const sequence = ++count.last;", "const sequence = count.last++;"],
    ["topics are never forgotten", "if (this.#counts.size > MOST) this.#forget();", ""],
    [
      "nobody hears that a count begins anew",
      "known === undefined && this.#forgotten > 0",
      "false",
    ],
    ["a loss is not counted", "count.lost += messages;", ""],
    ["a loss is told again and again", "count.lost = 0;", ""],
  ],
  "brokers/link.ts": [
    ["up without a canary", "await this.#canaryBack.promise;", ""],
    ["a state is told twice", "if (state === this.#state || this.#closed) return;", ""],
    ["canaries of others count", "data !== this.#nonce || ", ""],
    ["what does not come back is not suspect", 'this.#become("suspect", cause);', ""],
    [
      "an old attempt goes on",
      "const attempt = ++this.#attempt;",
      "const attempt = this.#attempt;",
    ],
  ],
  "brokers/relay.ts": [
    ["a gap is not told", "for (const wanted of this.#wanted.values()) this.#tellGap(wanted);", ""],
    ["a gap is told for each state", "wanted.gap = false;", ""],
    ["what was under way goes on", "this.#inFlight.cut(cause);", ""],
    [
      "a message that did not go out is not counted",
      "this.#outgoing.lost(topic);\n    const error",
      "const error",
    ],
  ],
};
