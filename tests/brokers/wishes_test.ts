import { assert, assertEquals, assertRejects } from "@std/assert";
import { Cut, Unanswered, Wishes } from "../../src/brokers/wishes.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeEngine } from "../support/fake_engine.ts";
import { nextTurn } from "../support/memory.ts";

/** Wishes, what is wanted, and every command that the engine got. */
function wishing() {
  const engine = new FakeEngine();
  const clock = new FakeClock();
  const wanted = new Set<string>();
  const commands: string[] = [];
  for (const name of ["subscribe", "unsubscribe"] as const) {
    const command = engine[name].bind(engine);
    engine[name] = (channels) => {
      commands.push(`${name} ${channels.length < 4 ? channels : channels.length}`);
      return command(channels);
    };
  }
  const wishes = new Wishes(engine, clock, (channel) => wanted.has(channel));
  const want = (channel: string) => {
    wanted.add(channel);
    return wishes.change(channel);
  };
  const leave = (channel: string) => {
    wanted.delete(channel);
    return wishes.change(channel);
  };
  return { engine, clock, wishes, wanted, commands, want, leave };
}

Deno.test("what is wished for in one turn is one command, of a thousand channels at most", async () => {
  const { want, leave, commands } = wishing();
  await Promise.all(["a", "b"].map(want));
  await Promise.all([want("c"), leave("a")]);
  assertEquals(commands, ["subscribe a,b", "subscribe c", "unsubscribe a"]);
  commands.length = 0;
  await Promise.all(Array.from({ length: 2_500 }, (_, i) => want(`${i}`)));
  assertEquals(commands, ["subscribe 1000", "subscribe 1000", "subscribe 500"]);
});

Deno.test("the last wish counts, and commands do not overtake each other", async () => {
  const { want, leave, commands, engine } = wishing();
  await want("a");
  const left = leave("a");
  await Promise.resolve().then(() => {}).then(() => {});
  const back = want("a");
  await Promise.all([left, back]);
  assertEquals(commands, ["subscribe a", "unsubscribe a", "subscribe a"]);
  assert(engine.subscribed.has("a"));
});

Deno.test("a channel that is refused takes none of the others along", async () => {
  const { want, engine } = wishing();
  engine.refused.add("secret");
  const outcomes = await Promise.allSettled(["a", "secret", "b"].map(want));
  assertEquals(outcomes.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assertEquals([...engine.subscribed], ["a", "b"]);
});

Deno.test("an engine that does not answer is not waited for for ever", async () => {
  const { wishes, want, engine, clock } = wishing();
  engine.silent = true;
  const late = [want("a"), wishes.all(["b"])];
  for (const promise of late) promise.catch(() => {});
  await nextTurn();
  clock.pass(5_000);
  await assertRejects(() => late[0]!, Unanswered, "redis has not answered a subscription for 5 s");
  await nextTurn();
  clock.pass(5_000);
  await assertRejects(() => late[1]!, Unanswered);
  assertEquals(clock.pending, 0);
});

Deno.test("a cut ends all that is under way, and what waits for its turn", async () => {
  const { wishes, want, engine, clock } = wishing();
  engine.silent = true;
  const first = want("a");
  await nextTurn();
  const second = want("b");
  wishes.cut();
  for (const promise of [first, second]) await assertRejects(() => promise, Cut);
  engine.silent = false;
  await want("c");
  assertEquals([...engine.subscribed, clock.pending], ["c", 0]);
});

Deno.test("what a client says that has no connection is no refusal", async () => {
  const { wishes, want, engine } = wishing();
  engine.refusal = new Error("connection disconnected");
  const error = await assertRejects(() => want("a"), Cut);
  assertEquals(error.cause, engine.refusal);
  const refused: string[] = [];
  await assertRejects(() => wishes.most(["a", "b"], (channel) => refused.push(channel)), Cut);
  assertEquals(refused, []);
  engine.refusal = undefined;
  // One at a time, because one is refused; and then the connection is gone.
  engine.refused.add("b");
  const subscribe = engine.subscribe.bind(engine);
  engine.subscribe = (channels) =>
    channels.length > 1 ? subscribe(channels) : Promise.reject(new Error("closed"));
  await assertRejects(() => wishes.most(["a", "b"], (channel) => refused.push(channel)), Cut);
  assertEquals(refused, []);
});

Deno.test("after a cut, what is wanted is subscribed again, and what is not is left", async () => {
  const { wishes, wanted, want, engine, commands } = wishing();
  engine.refused.add("secret");
  await Promise.all(["kept", "left"].map(want));
  wishes.cut();
  wanted.delete("left");
  wanted.add("secret");
  commands.length = 0;
  const refused: string[] = [];
  await wishes.most([...wanted], (channel) => refused.push(channel));
  assertEquals([refused, [...engine.subscribed]], [["secret"], ["kept"]]);
  assertEquals(commands.at(-1), "unsubscribe left");
  commands.length = 0;
  await wishes.most(["kept"], () => {});
  assertEquals(commands, ["subscribe kept"]);
  await wishes.leave(["kept"]);
  assertEquals(engine.subscribed.size, 0);
});
