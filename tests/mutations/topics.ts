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
      "this.#closed || signal?.aborted) return;",
      "signal?.aborted) return;",
    ],
    ["an abort is not heard", 'signal?.addEventListener("abort", wake);', ""],
    ["a gap is not told", "if (page.lost) yield { gap: { topic, cause: page.lost } };", ""],
    ["readers share their bytes", "copyOf(message.data)", "message.data"],
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
};
