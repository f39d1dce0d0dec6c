import type { Mutations } from "./mutation.ts";

/** Changes to src/limits/. */
export const limits: Mutations = {
  "limits/rate.ts": [
    ["a bucket may hold less than one", "Math.max(1, perSecond * burst)", "perSecond * burst"],
    ["a bucket begins empty", "tokens: this.capacity,", "tokens: 0,"],
    [
      "what is refused is taken",
      "if (bucket.tokens < count) return false;\n    bucket.tokens -= count;",
      "bucket.tokens -= count;\n    if (bucket.tokens < 0) return false;",
    ],
    ["a bucket has no capacity", "Math.min(this.capacity, tokens + ", "(tokens + "],
    ["a bucket never fills", "this.#fill(bucket, now);", ""],
    ["time counts twice", "bucket.at = now;", ""],
    ["a wait is in milliseconds", "this.#perMillisecond / 1000;", "this.#perMillisecond;"],
  ],
  "limits/check.ts": [
    ["an amount may be 0", "value > 0 && value < Infinity", "value >= 0 && value < Infinity"],
    ["a burst may be nothing", "burst >= 1 && burst <= 3_600", "burst >= 0 && burst <= 3_600"],
    [
      "a limit may limit nothing",
      "if (names.some((name) => options[name] !== undefined)) return;",
      "return;",
    ],
  ],
  "limits/rate_limit.ts": [
    [
      "messages do not count",
      "if (messages && !messages.take(this.#messages!, 1, now)) return false;",
      "",
    ],
    [
      "bytes do not count",
      "return bytes === undefined || bytes.take",
      "return true || bytes!.take",
    ],
    ["units count as bytes", "byteLength(message)", "(message as string).length"],
    ["another default burst", "burst = 30 }", "burst = 3 }"],
    [
      "all connections share a bucket",
      "return { meter: (now) => new BucketMeter(rates, now) };",
      "const one = new BucketMeter(rates, 0);\n  return { meter: () => one };",
    ],
    [
      "unknown options are taken",
      'checkNames("rateLimit", options, ["messages", "bytes", "burst"]);',
      "",
    ],
    ["bytes are not checked", 'checkAmount("bytes", bytes);', ""],
  ],
  "limits/address.ts": [
    ["every address of IPv6 is one", "groups.slice(0, 4).map", "groups.map"],
    ["IPv4 in the clothes of IPv6 is IPv6", "[0, 0, 0, 0, 0, 0xffff].join(),", ""],
    ["IPv4 behind a translator is IPv6", "[0x64, 0xff9b, 0, 0, 0, 0].join(),", ""],
    [
      "a bracket may stay open",
      "BRACKETED.exec(address) ?? []",
      "/^\\[([^\\]]*)/.exec(address) ?? []",
    ],
    [
      "an address keeps what it was cut out of",
      'return unscoped.split(".").map(Number).join(".");',
      "return unscoped;",
      { seenBy: ["tests/limits_memory_test.ts"] },
    ],
    ["a port is part of the address", '? address.slice(0, address.lastIndexOf(":"))', "? address"],
    ["case matters", ".toLowerCase()", ""],
    ["a zone is part of the address", 'bare.split("%", 1)[0]!', "bare"],
    ["nine groups are eight", "missing !== 0 : missing < 1", "missing > 0 : missing < 1"],
    [":: may stand for nothing", "missing < 1)", "missing < 0)"],
  ],
  "limits/per_address.ts": [
    ["another limit trusts nobody", "{ trustProxy: this.#trustProxy }", "{}"],
    [
      "another limit is the same",
      "return new Accounts(this.#bounds,",
      "return this ?? new Accounts(this.#bounds,",
    ],
    ["who goes on takes no place", "{ ended: enter(this.#account(key, now)) }", "{ ended() {} }"],
    ["a proxy is an address", "this.#trustProxy ? undefined : addressKey", "addressKey"],
    ["a place is given back twice", "if (inside) account.connections--;", "account.connections--;"],
    ["connections do not count", "if (account.connections >= connections)", "if (false)"],
    [
      "one connection too many",
      "account.connections >= connections",
      "account.connections > connections",
    ],
    ["pending handshakes do not count", "if (account.pending >= pending)", "if (false)"],
    ["an answer counts twice", "if (waits) account.pending--;", "account.pending--;"],
    ["an end is no answer", "answered();\n        ended();", "ended();"],
    [
      "clients choose their address",
      "this.#trustProxy ? lastForwarded(headers) ?? remoteAddress : remoteAddress",
      "lastForwarded(headers) ?? remoteAddress",
    ],
    [
      "the first that was forwarded counts",
      'all?.slice(all.lastIndexOf(",") + 1)',
      'all?.split(",")[0]!',
    ],
    ["whoever has no address is one address", "if (key === undefined) {", "if (false) {"],
    ["who has connections is forgotten", "connections + absent > 0", "absent > 0"],
    ["who has absences is forgotten", "connections + absent > 0", "connections > 0"],
    ["any number is absent", "account.absent >= this.#bounds.connections", "false"],
    ["one too many is absent", "account.absent >= this", "account.absent > this"],
    ["absences are for ever", "return () => void account.absent--;", "return () => {};"],
    [
      "nobody is forgotten",
      "this.#old = this.#young;",
      "this.#old = new Map([...this.#old, ...this.#young]);",
    ],
    ["who is known begins anew", "this.#old.get(key) ??", "undefined ??"],
    ["no rate is one a second", "limited: handshakes !== undefined", "limited: true"],
    ["the wait is not told", "Math.ceil(rate.wait(account.bucket, 1))", "RETRY_AFTER"],
    ["another default burst", "burst = 30 }", "burst = 3 }"],
    ["unknown options are taken", 'checkNames("perAddress", options, NAMES);', ""],
  ],
};
