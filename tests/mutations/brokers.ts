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
  "brokers/broker.ts": [
    ["a broker has two owners", "ports.delete(broker);", ""],
    ["nobody gets the port", "return port;\n}", "return undefined;\n}"],
    ["the payload of another port", "return port.maxPayload;", "return 0;"],
  ],
  "brokers/canary.ts": [
    ["one missing is an alarm", "const MOST_MISSING = 2;", "const MOST_MISSING = 1;"],
    ["any number is ours", "return number <= this.#sent;", "return true;"],
    ["an old one counts", "if (number === this.#sent) this.#back = true;", "this.#back = true;"],
    [
      "missing ones are remembered for ever",
      "this.#missing = 0;\n    this.#rested = !",
      "this.#rested = !",
    ],
  ],
  "brokers/client_options.ts": [
    ["any value fits", "if (fits(value)) return;", "return;"],
    ["no ping at all fits", "ms > 0 && ms <= LONGEST_PING", "ms <= LONGEST_PING"],
    [
      "inner options are outer ones",
      "this.#options[name]);\n  }\n\n  get",
      "this.#options);\n  }\n\n  get",
    ],
  ],
  "brokers/complaints.ts": [
    ["all are told", "if (told !== undefined && now - told < REST) return;", ""],
    ["any number of kinds", "if (this.#told.size >= MOST) return;", ""],
    ["what was is never news", "this.#told.clear();\n  }", "}"],
  ],
  "brokers/in_flight.ts": [
    ["any number of bytes", "return this.#bytes >= MOST;", "return false;"],
    [
      "old answers make room",
      "if (cuts === this.#cuts) this.#bytes -= bytes;",
      "this.#bytes -= bytes;",
    ],
    ["a loss is not told", "if (!published.relayed) this.#lost(waiting.topic);", ""],
    ["the next one waits for ever", "      this.#wait();\n    });\n  }\n}", "    });\n  }\n}"],
    ["a timer stays", "this.#stop?.();\n    this.cut", "this.cut"],
  ],
  "brokers/incoming.ts": [
    [
      "what came before comes again",
      "if (last !== undefined && sequence <= last) return SEEN;",
      "",
    ],
    [
      "a cut is told twice",
      "afterCut ? Math.min(lost, sequence - last) : sequence - last",
      "sequence - last",
    ],
    ["any number of processes", "if (this.#last.size >= MOST) {", "if (false) {"],
    ["whoever begins anew has lost something", "restarted || ", ""],
  ],
  "brokers/io_redis.ts": [
    [
      "a queue is no harm",
      'options.is("enableOfflineQueue", false, "a queue would send late what was said not to be sent");',
      "",
    ],
    [
      "whoever waits is told to connect",
      "if (BUSY.includes(client.status)) client.disconnect(true);",
      "client.disconnect(true);",
    ],
    ["half a connection is one", 'this.#publisher.status === "ready" && this', "this"],
    ["a state is told twice", "if (connected === this.#connected) return;", ""],
  ],
  "brokers/memory.ts": [
    ["in one process nothing is up", 'readonly state = "up";', 'readonly state = "down" as const;'],
    ["topics linger", "readonly linger = 0;", "readonly linger = 5;"],
    [
      "nothing is relayed",
      "Promise.resolve({ relayed: true })",
      "Promise.resolve({ relayed: false })",
    ],
  ],
  "brokers/nats.ts": [
    [
      "a refusal is a subscription",
      "for (const error of refused) if (error !== undefined) throw error;",
      "",
    ],
    [
      "what may not be published was",
      "if (this.#denied.has(channel)) throw this.#denied.get(channel);",
      "",
    ],
    ["a name is several tokens", '.replaceAll(".", "%2E")', ""],
    ["it subscribes twice", "if (this.#subscriptions.has(channel)) continue;", ""],
    [
      "an end for good is not told",
      'this.#listener?.disconnected(new Error("The connection to NATS has ended for good"));',
      "",
    ],
  ],
  "brokers/node_redis.ts": [
    ["half a connection is one", "this.#publisher.isReady && this", "this"],
    ["a state is told twice", "if (connected === this.#connected) return false;", ""],
    [
      "a queue is no harm",
      'options.is("disableOfflineQueue", true, "a queue would send late what was said not to be sent");',
      "",
    ],
    [
      "it never connects anew",
      'this.#subscriber.sendCommand(["QUIT"] as never).catch(() => {});',
      "",
    ],
  ],
  "brokers/redis.ts": [
    ["one client for both", "if (publisher !== subscriber) return;", "return;"],
    ["prefixes reach into others", "(?!.*:[^:]?(:|$))", ""],
    [
      "options that nobody reads",
      'checkNames("redis", options, ["publisher", "subscriber", "prefix"]);',
      "",
    ],
  ],
  "brokers/redis_channel.ts": [
    ["canaries fly among topics", 'kind === "topic" ? "t" : "c"', '"t"'],
    ["whatever a client says is a reply", "/^[A-Z][A-Z0-9]+ /", "/./"],
    ["a text is an error", "error instanceof Error && ", ""],
  ],
  "brokers/wishes.ts": [
    ["commands overtake each other", "this.#tail = outcome.catch(() => {});", ""],
    [
      "what was left stays",
      "await this.#unsubscribe([...this.#held].filter((channel) => !this.#wanted(channel)));",
      "",
    ],
    ["a cut is not noticed", "for (const reject of this.#waiting) reject(this.#wasCut());", ""],
    [
      "the engine is waited for for ever",
      "const stop = this.#clock.after(PATIENCE, () => outcome.resolve(late));",
      "const stop = () => void late;",
    ],
    [
      "whoever has no connection refuses",
      "this.#engine.refuses(error) ? error : this.#wasCut(error)",
      "error",
    ],
    [
      "a refusal takes others along",
      "          refused(channel, error);",
      "          refused(channel, error);\n          throw error;",
    ],
  ],
  "redis.ts": [
    ["a broker of another engine", 'brokerOver("redis"', 'brokerOver("nats"'],
  ],
  "nats.ts": [
    ["a broker of another engine", 'brokerOver("nats"', 'brokerOver("redis"'],
  ],
  "topics.ts": [
    ["a history where none was asked for", 'mode = "live" }', 'mode = "replay" }'],
    [
      "any mode is taken",
      'if (mode !== "replay") throw usageError("use option mode", \'"live" or "replay"\', mode);',
      "",
    ],
    [
      "options of a history are refused",
      "checkTopicsOptions(options, REPLAY_NAMES)",
      "checkTopicsOptions(options)",
    ],
  ],
};
