/** What topics leave behind in the memory of a process. */
import { assert } from "@std/assert";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { suite } from "../../support/suite.ts";
import { TopicsClient } from "../../support/topics_client.ts";

/** What 10,000 topics would take, if a fifth of each stayed. */
const ALLOWED = 1024 * 1024;

function topicsSuite(runtime: WireRuntime): void {
  for (const mode of ["live", "replay"] as const) {
    const env = {
      APP: "topics",
      QUIET: "1",
      TOPICS: JSON.stringify({ mode, history: { age: 0.1 } }),
    };
    if (mode === "live") env.TOPICS = "{}";
    const test = suite(runtime, env);

    test(`${mode}: clients that name topics and go leave nothing`, async (server) => {
      let topics = 0;
      const visit = async (times: number) => {
        for (let i = 0; i < times; i++) {
          using client = await TopicsClient.open(server, "a");
          for (let j = 0; j < 50; j++) {
            const topic = `topic ${topics++} ${"x".repeat(200)}`;
            client.do({ do: "subscribe", topic });
            client.do({ do: "publish", topic, data: "x", except: true });
            if (j % 2) client.do({ do: "unsubscribe", topic });
          }
          await client.ask({ do: "count", topic: "x" });
          client.close(1000);
        }
        await server.settled();
        // What is kept is kept for a tenth of a second.
        await new Promise((resolve) => setTimeout(resolve, 300));
      };
      await visit(50);
      const before = await server.heap();
      await visit(200);
      const grown = await server.heap() - before;
      assert(grown < ALLOWED, `${grown} bytes more after 10,000 topics`);
    });
  }
}

for (const runtime of wireRuntimes) topicsSuite(runtime);
