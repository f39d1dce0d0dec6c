import type { Mutations } from "./mutation.ts";

/** Changes to src/topics/. */
export const topics: Mutations = {
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
    ["a frame is made for each", "if (made === undefined) ", ""],
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
};
