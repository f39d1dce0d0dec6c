import type { Mutations } from "./mutation.ts";

/** Changes to src/base/. */
export const base: Mutations = {
  "base/channel.ts": [
    ["somebody seems to listen", "hasSubscribers: false", "hasSubscribers: true"],
    ["telling throws", "publish() {}", "publish() {\n    throw new Error();\n  }"],
    ["telling answers", "publish() {}", "publish: () => 1"],
  ],
  "base/path.ts": [
    ["the query belongs to it", "([^?#]*)/.exec", "(.*)/.exec"],
    ["the fragment belongs to it", "([^?#]*)/.exec", "([^?]*)/.exec"],
    ["the host belongs to it", "[^/?#]*([^?#]*)", "([^?#]*)"],
    ["what is no URL is its path", '?? ""', "?? url"],
  ],
  "base/clock.ts": [
    ["runs on wall time", "Math.trunc(performance.now())", "Date.now()"],
    ["counts fractions", "Math.trunc(performance.now())", "performance.now()"],
    ["every() cannot be stopped", "return () => clearInterval(timer);", "return () => {};"],
    ["every() fires once", "setInterval(task, period)", "setTimeout(task, period)"],
    ["after() cannot be stopped", "return () => clearTimeout(timer);", "return () => {};"],
    ["after() does not wait", "setTimeout(task, delay)", "setTimeout(task, 0)"],
  ],
  "base/contain.ts": [
    ["rejections go nowhere", "result.then(undefined, failed)", "result.then(undefined, () => {})"],
    [
      "rejections are not handled",
      "if (isPromise(result)) result.then",
      "if (!isPromise) result.then",
    ],
    ["what is thrown goes nowhere", "failed(fault);", ""],
    ["a then that is no function counts", 'typeof result.then === "function"', "true"],
    ["null is looked into", " && result !== null", ""],
    ["a message that cannot be had throws", 'return "unknown error";', "throw error;"],
    [
      "the name of an error comes along",
      "? error.message : String(error)",
      "? String(error) : String(error)",
    ],
  ],
  "base/deferred.ts": [
    [
      "settles by itself",
      "=> settle = resolve)",
      "=> (settle = resolve, resolve(undefined as T)))",
    ],
    ["never settles", "this.resolve = settle;", "this.resolve = () => {};"],
    [
      "settles with nothing",
      "this.resolve = settle;",
      "this.resolve = () => settle(undefined as T);",
    ],
  ],
  "base/log_error.ts": [
    ["a fault that cannot be shown is swallowed", "console.error(messageOf(error));", ""],
    [
      "a fault that cannot be shown throws",
      "console.error(messageOf(error));",
      "console.error(error);",
    ],
    ["faults are not written", "console.error(error);", ""],
    ["only messages are written", "console.error(error);", "console.error(messageOf(error));"],
  ],
  "base/memoize.ts": [
    ["reads each time", "if (text !== last) {", "{"],
    ["never reads again", "text !== last", "last === undefined"],
    [
      "remembers a text whose reading threw",
      "answer = read(text);\n      last = text;",
      "last = text;\n      answer = read(text);",
    ],
  ],
  "base/options.ts": [
    ["unknown names are taken", "if (names.includes(name)) continue;", "continue;"],
    [
      "null is taken for options",
      'typeof options !== "object" || options === null',
      'typeof options !== "object"',
    ],
    ["never says which was meant", "nearest = candidate;", ""],
    ["guesses wildly", "1 + name.length / 4", "1 + name.length"],
    ["the last guess wins", "least = difference;", ""],
    ["case counts", "candidate.toLowerCase()", "candidate"],
    ["letters that are missing do not count", "missing + other.length", "missing"],
    ["letters too many do not count", "missing + other.length", "other.length"],
    [
      "options of another type are taken",
      "typeof value === type) return;",
      "typeof value !== type) return;",
    ],
    ["a day is too long", "value <= DAY", "value < DAY"],
    ["a tenth of a second is too short", "value >= 0.1 &&", "value > 0.1 &&"],
    ["0 is never allowed", "|| value === least", "|| value === 0.1"],
    ["fractions of bytes are taken", "Number.isInteger(value) && value >= 1", "value >= 1"],
    ["0 bytes are taken", "value >= 1 &&", "value >= 0 &&"],
    ["the most is too many", "value <= most", "value < most"],
    ["the type is not checked", 'if (typeof value !== "number")', 'if (typeof value === "string")'],
    ["the range is not checked", "if (!fits) throw", "if (fits === undefined) throw"],
    [
      "what is undefined is given",
      "if (options[name] !== undefined) given[name]",
      "if (name in options) given[name]",
    ],
    [
      "what an object has from another is not given",
      "if (options[name] !== undefined) given[name]",
      "if (Object.hasOwn(options, name) && options[name] !== undefined) given[name]",
    ],
    [
      "everything that is given is picked",
      "const given: Partial<T> = {};",
      "const given: Partial<T> = { ...options };",
    ],
    ["a wrong value is a TypeError", ", range, value, RangeError)", ", range, value)"],
  ],
  "base/queue.ts": [
    ["the length counts what has gone", "this.#items.length - this.#head", "this.#items.length"],
    ["holds on to what was shifted", "this.#items[this.#head++] = undefined;", "this.#head++;"],
    ["never moves the rest down", "this.#head > 64 &&", "this.#head > 1e9 &&"],
    [
      "moves the rest down by one too many",
      "splice(0, this.#head)",
      "splice(0, this.#head + 1)",
    ],
    ["clear() does not begin anew", "this.#items = [];\n    this.#head = 0;", "this.#items = [];"],
    ["clear() keeps everything", "this.#items = [];\n    this.#head = 0;", "this.#head = 0;"],
  ],
  "base/quote.ts": [
    ["shows control characters", "/[^\\x20-\\x7e]/g", "/[^\\x00-\\x7e]/g"],
    ["shows a character too many", "const SHOWN = 40;", "const SHOWN = 41;"],
    ["shortens what fits", "value.length > SHOWN", "value.length >= SHOWN"],
    ["replaces only the first", "]/g, ", "]/, "],
    ["shows what is none as a text", 'return "none";', 'return "null";'],
  ],
  "base/turn.ts": [
    ["the turn is this one", "setImmediate(task);", "queueMicrotask(task);"],
    ["it never comes", "new Promise(afterTurn)", "new Promise(() => {})"],
    ["it never comes where timers have to do", "else setTimeout(task, 0);", ""],
  ],
  "base/utf8.ts": [
    ["text is counted in characters", "bytes += written;", "bytes += read;"],
    ["only a piece of a text is counted", "rest = rest.slice(read);", 'rest = "";'],
    [
      "text is measured in characters",
      "return text.length > max || utf8Length(text) > max;",
      "return text.length > max;",
    ],
    ["most texts are not measured", "text.length * 3 <= max", "text.length <= max"],
  ],
  "base/version.ts": [
    ["the version is another", 'VERSION = "', 'VERSION = "9'],
  ],
  "base/usage_error.ts": [
    ["is an Error only", "= TypeError,", "= Error,"],
    ["null is an object", 'value === null ? "null" : Array', "Array"],
    ["a list is an object", 'Array.isArray(value) ? "a list" : typeof value', "typeof value"],
    ["a rejection stays unhandled", "Promise.resolve(answer).catch(() => {});", ""],
    ["a text is shown as it is", "JSON.stringify(answer)", "answer"],
    ["promises are not recognized", '?.then !== "function"', '?.then !== "object"'],
  ],
};
