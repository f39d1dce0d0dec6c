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
  "brokers/beacons.ts": [
    ["what a cut has taken is not told", "for (const due of this.#underWay) this.#untold(due);", ""],
    ["what was answered is told again", "() => this.#underWay.delete(due), ", "() => {}, "],
    ["what is refused is not told", "() => this.#untold(due));", "() => {});"],
    ["a loss is told twice", "if (this.#underWay.delete(due)) this", "this.#underWay.delete(due);\n    this"],
  ],
  "brokers/link.ts": [
    ["up without a canary", "await this.#canaryBack.promise;", ""],
    ["a state is told twice", "if (state === this.#state || this.#closed) return;", ""],
    ["canaries of others count", "data !== this.#nonce || ", ""],
    [
      "what does not come back is not suspect",
      'this.#become("suspect", cause);\n        this.#engine',
      "this.#engine",
    ],
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
  "brokers/mark.ts": [
    ["a megabyte is looked at", " || position.length > LONGEST", "", {
      equivalent: "no more than that fits the pattern, which only takes longer to see it",
    }],
    ["one mark has many texts", " || offset.toString(36) !== digits", ""],
    ["another message with the number is the same", " && one.check === other.check", ""],
    ["another history is the same", "one.epoch === other.epoch && ", ""],
    ["numbers are decimal", "offset.toString(36)}.${check}", "offset}.${check}"],
  ],
  "brokers/record.ts": [
    ["text comes back as bytes", '"er1t" : "er1b"', '"er1b" : "er1b"'],
    ["any bytes are read", "if (!HEAD.test(head)) return;", ""],
    ["an origin may be cut off", "if (bytes.length < end) return;", ""],
    ["an origin of any length", "if (bytes > LONGEST_ORIGIN) bytes = 0;", ""],
    ["bytes in somebody else's buffer", "new Uint8Array(rest).buffer", "rest.buffer"],
    ["a nonce comes twice", "this.#count++", "this.#count"],
    ["all processes have the same nonces", "this.#process + (", '"00000000" + ('],
  ],
  "brokers/answers.ts": [
    ["it waits for ever", "failed.resolve(late)", "late"],
    ["a cut ends nothing", "reject(this.wasCut());", ";"],
    [
      "what a client says is an answer",
      "this.#engine.refuses(error) ?",
      "error instanceof Error ?",
    ],
    ["timers go on", "      stop();\n", ""],
  ],
  "brokers/appends.ts": [
    ["a command takes any number", "batch.packets.length === this.#most || ", ""],
    ["a command takes any size", " || batch.size >= MOST_BYTES", ""],
    ["each goes out by itself", "this.#batches.set(topic, batch);", ""],
    ["what has no place has one", "if (mark === undefined) throw", "if (false) throw"],
  ],
  "brokers/stretches.ts": [
    ["the message at the mark comes again", "entries.slice(low + 1)", "entries.slice(low)"],
    ["another message with the number will do", "&& sameMark(found.mark, mark)", ""],
    ["it is kept for ever", "this.#stop ??= this.#clock.after(KEPT, () => this.clear());", ""],
    ["any size is kept", "if (this.#size + size > MOST_BYTES) this.clear();", ""],
    ["one piece may be of any size", " || size > MOST_BYTES) return;", ") return;"],
    [
      "the end of a piece is an answer",
      " && entries.length > 0) return entries;",
      ") return entries;",
    ],
  ],
  "brokers/shared_reads.ts": [
    ["each reads by itself", "if (others) return void others.add(reader);", ""],
    ["what was read is not kept", "if (stretch.lost === undefined) this.#recent.add(read);", ""],
    ["the first one reads, not the last", "offsetOf(reader.from) < offsetOf(last.from)", "false"],
    [
      "whoever is at the end of a page is at the end",
      "&& !stretch.done) return;",
      "&& false) return;",
    ],
    ["one that fails fails nobody", "for (const reader of readers) reader.fail(error);", ""],
  ],
  "brokers/tail.ts": [
    ["any number is kept", "this.#entries.length <= MOST && ", ""],
    ["any size is kept", " && this.#size <= MOST_BYTES) return;", ") return;"],
    ["what is gone is not missed", "this.#from = gone[gone.length - 1]!.mark;", ""],
  ],
  "brokers/turns.ts": [
    ["all run at the same time", "if (this.#running === this.#most) {", "if (false) {"],
    ["nobody else's turn comes", "if (next) next();", "if (next);"],
    ["a place is lost", "else this.#running--;", ""],
  ],
  "brokers/process_id.ts": [
    ["it has lines in it", '.replaceAll("-", "")', ""],
    ["it is longer", "slice(-16)", "slice(-20)"],
    ["all have the same", "crypto.randomUUID()", '"0".repeat(36)'],
  ],
  "brokers/history_reader.ts": [
    ["all read at the same time", "new Turns(MOST_READS)", "new Turns(Infinity)"],
    [
      "it waits for ever",
      'this.#answers.wait(this.#engine.read(topic, from, PAGE), "a question about history")',
      "this.#engine.read(topic, from, PAGE)",
    ],
    ["a rest has no end", "over.resolve()", "over"],
  ],
  "brokers/redis_entry.ts": [
    ["a restart is not seen", "epoch: stored + run", "epoch: stored"],
    [
      "the head may be anywhere",
      "bytes.subarray(0, LONGEST_HEAD).indexOf(10)",
      "bytes.indexOf(10)",
    ],
    ["nothing was before", "mark.offset - 1", "0"],
    ["the line break is part of it", "subarray(end + 1)", "subarray(end)"],
  ],
  "brokers/follower.ts": [
    ["what came twice is handed on twice", "if (mark.offset <= at.offset) return true;", ""],
    [
      "a hole is not seen",
      "if (previous !== undefined && previous !== at.offset) return false;",
      "",
    ],
    [
      "another history is not seen",
      " || mark.epoch !== at.epoch) return false;",
      ") return false;",
    ],
    ["a gap is not told", "this.#owner.gap({ topic: this.topic, cause: lost, ...position });", ""],
    ["any number waits", "this.#above.length <= MOST_ABOVE && ", ""],
    ["nobody is waited for", "await this.#owner.wentOut(this.topic);", ""],
    ["what did not fit is lost", "this.#overflown = true;", ""],
    ["a hole is waited for for ever", " && this.#skipTo(rest)) break;", ") {}"],
    [
      "numbers that go back are believed",
      "this.#owner.doubt();\n    this.#heard",
      "{}\n    this.#heard",
    ],
    ["what others have read is not taken", "?? []) this.#deliver(entry);", "?? []) entry;"],
  ],
  "brokers/followers.ts": [
    ["nobody is looked at again", "now - since < QUIET", "true"],
    ["all are looked at in one turn", " || ++looked > MOST", ""],
    ["an engine that is away is asked", "!up || ", ""],
    ["what is left is followed", "if (found) found.follower.closed = true;", ""],
  ],
  "brokers/replay_relay.ts": [
    ["it is up without getting ready", "engine.prepare(), ", "Promise.resolve(), "],
    ["after a cut nothing is fetched", "this.#followers.catchUp();\n      },", "},"],
    ["made-up positions are read", "if (from === undefined || ", "if ("],
    ["it sends while it is not up", 'this.#link.state !== "up" || this.#closed', "this.#closed"],
    ["any number of bytes is on its way", "if (this.#inFlight.full)", "if (false)"],
    ["who waits is not refused", "follower.refuse(error);", ""],
    ["a twin is not told", "this.#complain(doubled(envelope.publisher));", ";"],
    ["it listens after the end", "this.#engine.close();", ""],
  ],
  "brokers/jetstream.ts": [
    ["positions are not known for longer", "(Math.ceil(age) + DAY)", "Math.ceil(age)"],
    ["no position of the oldest is known", "count + 1", "count"],
    ["somebody else's stream is used", "if (is !== expected) throw", "if (false) throw"],
    ["what is there is not changed", "if (names.every(", "if (true || names.every("],
    [
      "whatever is wrong, a stream is made",
      "!== STREAM_NOT_FOUND) throw error;",
      "=== 0) throw error;",
    ],
  ],
  "brokers/redis_scripts.ts": [
    ["a number comes twice", "  offset = offset + 1\n", ""],
    [
      "bytes have no end",
      "if sum - kept > bytes then\n  local goal",
      "if false then\n  local goal",
    ],
    ["one more is shown", "local least = offset - count + 1", "local least = offset - count"],
    ["what is old is shown", " and tonumber(at) > now - age then", " then"],
    ["a silent topic is kept", "redis.call('PEXPIRE', KEYS[2], age)", ""],
    ["what clients only name is kept for a day", "if offset == 0 then", "if false then"],
    ["a stream without its state goes on", "  redis.call('DEL', KEYS[2])\n", ""],
  ],
  "brokers/redis_history.ts": [
    ["a restart is not seen", "return `${stored}${this.#run}`;", "return `${stored}`;"],
    [
      "braces in names are keys of others",
      "topic.replaceAll(/[%{}]/g, encodeURIComponent)",
      "topic",
    ],
    [
      "forgotten scripts are the end",
      "if (!/NOSCRIPT/.test(`${error}`)) throw error;",
      "throw error;",
    ],
    ["positions of the future are taken", " || from.offset > head.offset", ""],
    [
      "another message with the number will do",
      "if (same !== undefined && !sameMark(same, from))",
      "if (false)",
    ],
    ["what is trimmed is not told", '? undefined : "trimmed"', "? undefined : undefined"],
  ],
  "brokers/nats_history.ts": [
    ["what is old is shown", " || info.timestampNanos <= oldest", ""],
    ["one more is shown", "--extra >= 0 || ", ""],
    ["another message with the number will do", " && nonceOf(message.data) === from.check", ""],
    ["the position of another topic will do", "message.subject === subject && ", ""],
    [
      "what is trimmed is not told",
      'if (message === null) return "trimmed";',
      "if (message === null) return;",
    ],
    ["what JetStream has had is relayed", "if (duplicate) throw", "if (false) throw"],
    ["a stream that is gone is not told", "if (GONE.test(`${error}`))", "if (false)"],
  ],
  "brokers/broker.ts": [
    ["a broker has two owners", "ports.delete(broker);", ""],
    ["nobody gets the ports", "return behind;\n}", "return undefined;\n}"],
    ["the payload of another port", "return behind.maxPayload;", "return 0;"],
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
      'checkNames("redis", options, ["publisher", "subscriber", "prefix", "durable"]);',
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
    ["a cut is not noticed", "    this.#answers.cut();\n", ""],
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
