import type { Mutations } from "./mutation.ts";

/** Changes to src/topics/. */
export const topics: Mutations = {
  "topics/diagnostics.ts": [
    ["channels are looked for each time", "return channels ??= ", "return channels = "],
    ["gaps go elsewhere", 'channel("edgesocket:gap")', 'channel("edgesocket:engine") as never'],
    ["engines go elsewhere", 'channel("edgesocket:engine")', 'channel("edgesocket:gap") as never'],
    ["topics go elsewhere", 'channel("edgesocket:topic")', 'channel("edgesocket:gap") as never'],
  ],
  "topics/topic_name.ts": [
    ["a byte more", "written <= LONGEST", "written <= LONGEST + 1"],
    ["no name is a name", ' || name === ""', ""],
    ["wildcards are names", "if (FORBIDDEN.test(name)) return false;", ""],
    ["whatever is no text is a name", 'typeof name !== "string" || ', ""],
  ],
  "topics/readers.ts": [
    ["nobody is woken", "for (const wake of this.#waiting.get(topic) ?? []) wake();", ""],
    [
      "loops go on after the end",
      "this.#closed || signal?.aborted === true;",
      "signal?.aborted === true;",
    ],
    ["an abort is not heard", 'signal?.addEventListener("abort", end);', ""],
    ["a gap is not told", "yield { gap: { topic, cause: page.lost, ...here } };", ""],
    ["readers share their bytes", "copyOf(message.data)", "message.data"],
    ["a topic is held for ever", "release();", ";"],
  ],
  "topics/live_topics.ts": [
    ["nothing is sent here", "this.#subscriptions.send(topic, publication.data, except);", ""],
    ["the publisher gets it, too", "publication.data, except)", "publication.data)"],
    ["others do not get it", "(topic, { data }) => subscriptions.send(topic, data)", "() => {}"],
    ["the broker is left open", "await this.#port.close();", ""],
  ],
  "topics/idle_topics.ts": [
    ["nothing lingers", "if (this.#linger === 0) return", "if (this.#linger >= 0) return"],
    ["any number lingers", "while (this.#queue.length > MOST) this.#dropFirst();", ""],
    ["whoever came back is dropped", "if (topic.emptySince !== since) return;", ""],
    [
      "the second one lingers for ever",
      "        this.#dropFirst();\n      }\n      this.#wait();",
      "        this.#dropFirst();\n      }",
    ],
    ["a timer goes on after the end", "this.#stop?.();", ""],
  ],
  "topics/drains.ts": [
    ["nobody is waited for", "if (drained) waiting.push(drained);", ""],
    ["they are waited for for ever", "late.resolve()", "late"],
    ["a little is much", "< MUCH) continue;", "< 0) continue;"],
    ["a timer goes on", "    stop();\n", ""],
  ],
  "topics/parking.ts": [
    ["nobody goes on", "for (const resolve of waiting) resolve();", ""],
    ["whoever leaves stays", "this.#waiting.delete(who);", ""],
    ["whoever leaves waits on", "this.#waiting.get(who)?.();", ""],
    ["whoever has gone on waits", "this.#waiting.clear();", ""],
  ],
  "topics/frames.ts": [
    ["a frame is made for each", "if (made?.by === this) return made.data;", ""],
    ["what fails is not told", "this.#report(error);", ""],
    ["anything is sent", "checkSendData(framed);", ""],
  ],
  "topics/catch_up.ts": [
    [
      "an empty page of an engine is the end",
      "if (page instanceof Promise) return",
      "if (false) return",
    ],
    [
      "what is lost is not told",
      "this.#notices.missing({ topic, cause: lost, position: here }, subscriber);",
      "",
    ],
    ["any number of bytes waits", "if (size > 0 && size + more > pace) return;", ""],
    ["own messages come back", "isOwn ? undefined : ", ""],
    ["it does not wait for the slow", "return subscriber.drained?.();", "return;"],
    ["a page comes twice", "this.#after = position;", ""],
  ],
  "topics/fan_out.ts": [
    ["nothing is sent by itself", "queueMicrotask(() => this.flush());", ""],
    ["whoever leaves takes others along", "topic.members.slice()", "topic.members"],
    ["the publisher gets it, too", "if (subscriber !== except) ", ""],
    ["a fault is not reported", "this.#report(error);", ""],
    ["it is sent twice", "this.#deliveries = [];\n    if", "if"],
    [
      "what comes of a message overtakes it",
      "(deliveries)) > 1) return;",
      "(deliveries)) < 1) return;",
    ],
    ["what comes of a message is never sent", "this.#rounds.shift();", "this.#rounds.length = 0;"],
  ],
  "topics/replay_options.ts": [
    ["an age is of milliseconds", "age: 1_000 * checkSeconds", "age: checkSeconds"],
    ["a count may be a fraction", "Number.isInteger(count) && count >= 1", "count >= 1"],
    ["a count may be nothing", "Number.isInteger(count) && count >= 1", "Number.isInteger(count)"],
    ["unknown bounds are taken", 'checkNames("history", history, ["count", "bytes", "age"]);', ""],
    ["a frame may be anything", 'checkOption("frame", frame, "function");', ""],
    [
      "a broker is not asked",
      "if (broker !== undefined) return portsOf(broker).replay(limits);",
      "",
    ],
  ],
  "topics/recorded_topics.ts": [
    ["loops do not learn of messages", "this.#readers.wake(topic);", ""],
    ["a frame that failed is sent", "if (data === undefined) return;", ""],
    [
      "whoever is left out gets the message",
      "this.#subscriptions.send(topic, data, this.#subscriptions.byOrigin(message.origin));",
      "this.#subscriptions.send(topic, data);",
    ],
    ["a position is not asked for", "this.#notices, after);", "this.#notices, undefined);"],
    ["the state is not told", "notices.state(state, cause);", ""],
    ["all go on while the engine is away", 'if (state !== "up") return;', ""],
    ["subscriptions do not go on", "subscriptions.engineBack();", ""],
    ["loops do not go on", "this.#readers.engineBack();", ""],
    ["gaps are not told", "gap: (gap) => notices.gap(gap),", "gap() {},"],
    ["any name may be read", "if (!isTopicName(topic)) {", "if (false) {"],
    [
      "nobody is waited for",
      "this.#drains.wentOut(subscriptions.members(topic))",
      "Promise.resolve()",
    ],
    ["a broker goes on", "await this.#port.close();", ""],
    ["loops do not end", "this.#readers.close();", ""],
  ],
  "topics/live_options.ts": [
    ["a broker is left unused", "portsOf(broker).live()", "new MemoryBroker()"],
    ["no broker is no process", "broker === undefined ? new MemoryBroker() : ", ""],
    ["any broker is none", "broker === undefined ?", "broker !== null ?"],
  ],
  "topics/member.ts": [
    [
      "it is of somebody else",
      "this.subscriber = subscriber;",
      "this.subscriber = { ...subscriber };",
    ],
    ["something was taken back", "takenBack = 0;", "takenBack = 1;"],
  ],
  "topics/notices.ts": [
    ["gaps of nobody are told", "if (this.#subscriptions.count(gap.topic) === 0) return;", ""],
    [
      "a gap that nobody asks for is silent",
      "this.error(new Error(`Lost ${count} of the topic ${where} (${gap.cause}): see onGap`));",
      "",
    ],
    [
      "subscribers hear nothing",
      "this.#message(gap, (data) => this.#subscriptions.send(gap.topic, data));",
      "",
    ],
    ["nothing is sent as a message", "if (data !== undefined) send(data);", "send(data!);"],
  ],
  "topics/options.ts": [
    [
      "nothing is a broker",
      'typeof broker === "object" && broker !== null',
      'typeof broker === "object"',
    ],
    ["a broker is no broker", "if (ports !== undefined) return ports;", ""],
    ["no topics at all", "maxTopics >= 1", "maxTopics >= 0"],
    ["any option", 'checkNames("createTopics", options, [...COMMON, ...more]);', ""],
    [
      "whoever is told may throw",
      "onError: (error) => contain(() => onError(error), logError)",
      "onError",
    ],
  ],
  "topics/publication.ts": [
    [
      "any name",
      'if (!isName(topic)) return refused("the name of a topic", JSON.stringify(topic));',
      "",
    ],
    [
      "any size",
      "if (exceeds(message, maxPayload)) return refused(`at most ${maxPayload} bytes`, byteLength(data));",
      "",
    ],
    ["bytes of somebody else", "const message = copyOf(data);", "const message = data as Message;"],
    [
      "after the end, too",
      'if (closed) return refused("topics that are open", "closed ones");',
      "",
    ],
  ],
  "topics/subscriptions.ts": [
    [
      "any number of topics",
      'if (this.#count(member) >= this.#maxTopics) return refuse("too-many-topics");',
      "",
    ],
    ["what was taken back does not count", "places.size + takenBack;", "places.size;"],
    [
      "a connection that ends stays",
      "for (const topic of member.places.keys() as Iterable<Topic>) this.#leave(topic, member);",
      "",
    ],
    [
      "whoever waits is not told of the end",
      'pending.outcome.resolve(refusal("closed"));',
      "",
    ],
    [
      "nobody hears that it was taken back",
      'pending.outcome.resolve(refusal("unsubscribed"));',
      "",
    ],
    [
      "whoever has ended on the way is in",
      "if (this.#members.get(member.subscriber) === member) topic.add(member);",
      "topic.add(member);",
    ],
    ["whoever has ended on the way holds its topic", "this.#topics.rest(opened);", ""],
  ],
  "topics/known_topics.ts": [
    [
      "a successor is dropped",
      "if (this.#topics.get(topic.name) !== topic) return;\n    this.#topics.delete",
      "this.#topics.delete",
    ],
    ["the broker hears of each again", "if (known) return known;", ""],
    ["what is held is let go of", " || topic.held > 0) return;", ") return;"],
    ["one that is refused stays", "&& this.#topics.delete(name));", ");"],
    ["a timer stays", "this.#idle.close();", ""],
  ],
  "topics/authorizer.ts": [
    [
      "anything says yes",
      'if (typeof answer === "boolean") return answer;',
      "if (answer) return true;",
    ],
    [
      "nobody may",
      "if (authorize === undefined) return true;",
      "if (authorize === undefined) return false;",
    ],
    [
      "what it throws is not told",
      "      onError(error);\n      return false;",
      "      return false;",
    ],
    [
      "what it says is not told",
      'onError(answerError("authorize a subscription", "true or false", answer));',
      "",
    ],
  ],
  "topics/joinings.ts": [
    [
      "whoever was refused stays",
      "if (topic) this.#owner.leave(topic, member);\n      return refusal",
      "return refusal",
    ],
    ["a cut is an answer", "if (this.mayJoin(joining)) throw error;", "throw error;"],
    [
      "nobody waits for an engine that is away",
      'joining === undefined || this.#port.state === "up"',
      "true",
    ],
    ["whoever has ended on the way is in", "if (late) this.#owner.leave(topic, member);", ""],
    ["a topic is held for ever", "if (topic) this.#topics.release(topic);", ""],
    ["it does not wait for the engine", "if (topic.ready !== undefined || member", "if (member"],
  ],
  "topics/topic.ts": [
    ["places are not true", "last.places.set(this, place);", ""],
    ["it stays idle", "this.emptySince = undefined;", ""],
    ["a member that is none", "if (place === undefined) return;", ""],
  ],
};
