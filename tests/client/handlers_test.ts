import { assertEquals } from "@std/assert";
import { Handlers } from "../../src/client/handlers.ts";
import type { Completion } from "../../src/wire/message.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

function setUp() {
  const handlers = new Handlers();
  const answers: Completion[] = [];
  const call = async (target: string, args: unknown[], invocationId?: string) => {
    handlers.call(
      { type: 1, target, arguments: args, ...invocationId === undefined ? {} : { invocationId } },
      (answer) => void answers.push(answer),
    );
    await turn();
  };
  return { handlers, answers, call };
}

Deno.test("handlers hear what the server calls, in their order, until they are taken away", async () => {
  const { handlers, answers, call } = setUp();
  const heard: unknown[] = [];
  const stop = handlers.add("say", (line) => heard.push(["first", line]));
  handlers.add("say", (line) => heard.push(["second", line]));
  await call("say", ["a"]);
  stop();
  await call("say", ["b"]);
  await call("other", []);
  assertEquals(heard, [["first", "a"], ["second", "a"], ["second", "b"]]);
  assertEquals(answers, []);
});

Deno.test("the first of them answers, as soon as it can", async () => {
  const { handlers, answers, call } = setUp();
  const heard: unknown[] = [];
  handlers.add("ask", (question) => Promise.resolve(`${question}!`));
  handlers.add("ask", (question) => heard.push(question));
  await call("ask", ["why"], "s1");
  assertEquals(answers, [{ type: 3, invocationId: "s1", result: "why!" }]);
  assertEquals(heard, ["why"]);
});

Deno.test("where nobody answers, or the answer fails, the server is told", async () => {
  const { handlers, answers, call } = setUp();
  await call("ask", [], "s1");
  handlers.add("ask", () => {
    throw new Error("not now");
  });
  await call("ask", [], "s2");
  assertEquals(answers.map(({ error }) => error), ["nobody answers", "not now"]);
});

Deno.test("an answer that cannot be sent is an error", async () => {
  const handlers = new Handlers();
  handlers.add("ask", () => 1);
  const answers: Completion[] = [];
  handlers.call({ type: 1, target: "ask", arguments: [], invocationId: "s1" }, (answer) => {
    if ("result" in answer) throw new TypeError("cannot be sent");
    answers.push(answer);
  });
  await turn();
  assertEquals(answers, [{ type: 3, invocationId: "s1", error: "cannot be sent" }]);
});

Deno.test("one that throws keeps no other from hearing", async () => {
  const { error } = console;
  const faults: unknown[] = [];
  console.error = (fault) => faults.push(fault);
  const { handlers, call } = setUp();
  const heard: string[] = [];
  handlers.add("say", () => {
    throw "mine";
  });
  handlers.add("say", () => heard.push("heard"));
  await call("say", []);
  console.error = error;
  assertEquals([heard, faults], [["heard"], ["mine"]]);
});
