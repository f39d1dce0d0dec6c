import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConnectionLost } from "../../src/client/connection_lost.ts";
import { ClientWorld } from "../support/client_world.ts";

Deno.test("a client connects, calls, hears and answers", async () => {
  await using world = new ClientWorld();
  const { client, states, ask } = world.client();
  const heard: unknown[] = [];
  client.handlers.add("message", (line) => heard.push(line));
  client.handlers.add("ask", (question) => `${question}!`);
  const early = ask("echo", "early");
  await world.pass();
  assertEquals([await early, states], ["early", ["connected anew"]]);
  assertEquals(await ask("ask", "really?"), "really?!");
  await ask("say", "hello");
  assertEquals(heard, ["hello"]);
  const closed = client.close();
  await world.pass();
  await closed;
  assertEquals([states.at(-1), world.served.left], ["closed", ["peer"]]);
  await client.close();
  await assertRejects(() => ask("echo", "late"), ConnectionLost);
});

Deno.test("through an outage, each call runs once and each event comes once", async () => {
  await using world = new ClientWorld();
  const { client, states, ask } = world.client();
  const heard: unknown[] = [];
  client.handlers.add("message", (line) => heard.push(line));
  await world.pass();
  const before = ask("echo", 1);
  world.down = true;
  world.cut();
  await world.pass();
  const meanwhile = ask("echo", 2);
  await world.served.hub.clients.all.message("meanwhile");
  await world.pass(3_000);
  assertEquals(states.slice(0, 2), ["connected anew", "reconnecting"]);
  world.down = false;
  await world.pass(2_000);
  assertEquals([await before, await meanwhile], [1, 2]);
  assertEquals([world.served.ran, heard, world.served.left], [[1, 2], ["meanwhile"], []]);
  assertEquals(states.at(-1), "connected again");
  void client.close();
});

Deno.test("a stream goes on in the session that was cut, with what came meanwhile", async () => {
  await using world = new ClientWorld();
  const { client } = world.client();
  const items: unknown[] = [];
  const nobody = { resolve() {}, reject() {} };
  client.calls.begin(4, "count", [7], { ...nobody, item: (item) => items.push(item) });
  await world.pass();
  world.cut();
  const id = client.calls.begin(4, "count", [1], { ...nobody, item: (item) => items.push(item) });
  await world.pass(1_000);
  assertEquals(items, [7, 8, 9, 1, 2, 3]);
  client.calls.cancel(id);
  await world.pass();
  assertEquals(world.served.ran, ["left"]);
  void client.close();
});

Deno.test("a new session: what was sent is lost, what was not goes out, and whoever listens is told", async () => {
  await using world = new ClientWorld();
  const sessions: unknown[] = [];
  const { client, states, ask } = world.client({
    async onSession({ first }) {
      sessions.push(first);
      await ask("echo", `session ${sessions.length}`);
    },
  });
  await world.pass();
  const sent = ask("slow");
  await world.pass();
  world.down = true;
  world.cut();
  await world.pass();
  const waits = ask("echo", "waits");
  await world.server.shutdown();
  world.restart();
  world.down = false;
  await world.pass(2_000);
  const lost = await assertRejects(() => sent, ConnectionLost);
  assertEquals(lost.maybeRan, true);
  await world.pass(2_000);
  assertEquals(await waits, "waits");
  assertEquals([sessions, world.served.ran], [[true, false], ["session 2", "waits"]]);
  assertEquals(states.filter((state) => state.startsWith("connected")), [
    "connected anew",
    "connected anew",
  ]);
  void client.close();
});

Deno.test("where the code for a new session fails, there is another one", async () => {
  await using world = new ClientWorld();
  let times = 0;
  const reasons: unknown[] = [];
  const { client, states } = world.client({
    onSession() {
      if (++times < 3) throw new Error(`fault ${times}`);
    },
  });
  client.state.listen(({ reason }) => reasons.push((reason as Error | undefined)?.message));
  await world.pass();
  assertEquals(states, ["connecting"]);
  await world.pass(250);
  await world.pass(500);
  assertEquals(states.at(-1), "connected anew");
  assertEquals([times, reasons.includes("fault 1"), reasons.includes("fault 2")], [3, true, true]);
  void client.close();
});

Deno.test("code for a session that is over before it is done holds nothing up", async () => {
  await using world = new ClientWorld();
  const gates: (() => void)[] = [];
  const { client, ask } = world.client({
    onSession: () => new Promise<void>((resolve) => gates.push(resolve)),
  });
  const waits = ask("echo", "waits");
  await world.pass();
  world.cut();
  await world.server.shutdown();
  world.restart();
  await world.pass(1_000);
  await world.pass(1_000);
  assertEquals(gates.length, 2);
  gates[0]!();
  await world.pass();
  assertEquals(world.served.ran, []);
  // What is called meanwhile is what the session needs.
  assertEquals(await ask("echo", "first"), "first");
  gates[1]!();
  assertEquals(await waits, "waits");
  void client.close();
});

Deno.test("a server that sends it away for good is obeyed, one that lets it come back as well", async () => {
  await using world = new ClientWorld();
  const { client, states, ask, running } = world.client();
  await world.pass();
  await world.served.hub.close();
  await world.pass();
  assertEquals(states, ["connected anew", "reconnecting"]);
  world.restart();
  await world.pass(1_000);
  assertEquals(states.at(-1), "connected anew");
  ask("kick").catch(() => {});
  await world.pass();
  await running;
  assertEquals([states.at(-1), world.listeners], ["closed", 0]);
  assert(client.state.current.reason instanceof Error);
});

Deno.test("one that is sent away while it is cut off does not come back as another", async () => {
  await using world = new ClientWorld();
  const { client, states, running } = world.client();
  await world.pass();
  world.down = true;
  world.cut();
  await world.pass();
  world.served.connection.abort();
  await world.pass(3_000);
  assertEquals(states.at(-1), "reconnecting");
  world.down = false;
  await world.pass(3_000);
  await running;
  assertEquals([states.at(-1), client.state.current.reason instanceof Error], ["closed", true]);
});

Deno.test("the first connection is tried again and again, and less often each time", async () => {
  await using world = new ClientWorld();
  world.down = true;
  const { client, states } = world.client();
  await world.pass();
  for (const wait of [250, 500, 1_000, 2_000, 4_000]) {
    const { length } = world.asked;
    await world.pass(wait - 1);
    assertEquals(world.asked.length, length, `before ${wait}`);
    await world.pass(1);
    assertEquals(world.asked.length, length + 1, `after ${wait}`);
  }
  assertEquals(new Set(states), new Set(["connecting"]));
  const { reason, retryAt } = client.state.current;
  assertEquals((reason as Error).message, "fetch failed");
  assert(retryAt! - Date.now() > 7_000);
  world.down = false;
  world.wake();
  await world.pass();
  assertEquals(states.at(-1), "connected anew");
  void client.close();
});

Deno.test("only a link that has held for five seconds makes the next wait a short one", async () => {
  await using world = new ClientWorld();
  const { client, states } = world.client({ transports: ["webSockets"] });
  await world.pass();
  for (const [held, wait] of [[0, 250], [4_900, 500], [5_000, 250]] as const) {
    await world.pass(held);
    world.cut();
    await world.pass();
    await world.pass(wait - 1);
    assertEquals(states.at(-1), "reconnecting", `after ${held}`);
    await world.pass(1);
    assertEquals(states.at(-1), "connected again");
  }
  void client.close();
});

Deno.test("a server that wants to be left alone is, whoever wakes", async () => {
  await using world = new ClientWorld();
  world.answer = () => new Response("", { status: 503, headers: { "retry-after": "7" } });
  const { client, states } = world.client();
  await world.pass();
  world.answer = () => undefined;
  world.wake();
  await world.pass(6_900);
  assertEquals(states, ["connecting"]);
  await world.pass(400);
  assertEquals(states.at(-1), "connected anew");
  void client.close();
});

Deno.test("while its session may come back it tries at least every two seconds", async () => {
  await using world = new ClientWorld();
  const { client, running } = world.client();
  await world.pass();
  world.down = true;
  world.cut();
  await world.pass(10_000);
  const { length } = world.asked;
  await world.pass(2_100);
  assert(world.asked.length > length);
  // Nobody keeps it any more by now, and it is waited for no longer.
  for (let i = 0; i < 10; i++) await world.pass(10_000);
  const later = world.asked.length;
  await world.pass(2_100);
  assert(world.asked.length <= later + 1);
  void client.close();
  await running;
});

Deno.test("a session that nobody says the end of is given up when no server keeps it any more", async () => {
  await using world = new ClientWorld();
  const { client, states, ask } = world.client({ transports: ["webSockets"] });
  await world.pass();
  const sent = ask("slow");
  let lost: unknown;
  sent.catch((error) => lost = error);
  await world.pass();
  world.down = true;
  world.cut();
  await world.pass();
  await world.server.shutdown();
  world.restart();
  world.down = false;
  // So does a process whose engine is away: another one may have the session.
  world.answer = ({ method, url }) =>
    method === "POST" && url.includes("?id=") ? new Response("", { status: 503 }) : undefined;
  for (let i = 0; i < 29; i++) await world.pass(2_000);
  assertEquals([states.at(-1), lost], ["reconnecting", undefined]);
  for (let i = 0; i < 3; i++) await world.pass(2_000);
  assertEquals(states.at(-1), "connected anew");
  assert(lost instanceof ConnectionLost);
  assertEquals(await ask("echo", "again"), "again");
  void client.close();
});

Deno.test("in a network that is silent, it tries twice within the window of a session", async () => {
  await using world = new ClientWorld();
  const { client, states } = world.client();
  await world.pass();
  world.silent = true;
  world.cut();
  for (let i = 0; i < 15; i++) await world.pass(500);
  world.silent = false;
  assertEquals([states.at(-1), world.sockets.length], ["reconnecting", 2]);
  for (let i = 0; i < 4; i++) await world.pass(500);
  assertEquals([states.at(-1), world.sockets.length], ["connected again", 3]);
  void client.close();
});

Deno.test("WebSockets that never hold are not let through: others are taken, until they are", async () => {
  await using world = new ClientWorld();
  const { client, states } = world.client();
  await world.pass();
  for (let i = 0; i < 4; i++) {
    assertEquals([states.at(-1), world.sockets.length], [
      i === 0 ? "connected anew" : "connected again",
      i + 1,
    ]);
    world.cut();
    await world.pass(3_000);
  }
  await world.pass(3_000);
  assertEquals([states.at(-1), world.sockets.length], ["connected anew", 4]);
  assert(world.asked.includes("GET /hub"));
  await world.pass(65_000);
  await world.pass(1_000);
  assertEquals([states.at(-1), world.sockets.length], ["connected anew", 5]);
  world.cut();
  await world.pass(3_000);
  assertEquals([states.at(-1), world.sockets.length], ["connected again", 6]);
  void client.close();
});

Deno.test("a session with something under way is not given up for that", async () => {
  await using world = new ClientWorld();
  const { client, states, ask } = world.client();
  await world.pass();
  const slow = ask("slow").catch(() => {});
  for (let i = 0; i < 6; i++) {
    world.cut();
    await world.pass(3_000);
  }
  assertEquals(new Set(states), new Set(["connected anew", "reconnecting", "connected again"]));
  assertEquals(states.filter((state) => state === "connected anew").length, 1);
  const closed = client.close();
  await world.pass();
  await closed;
  await slow;
});

Deno.test("a question that is not answered yet is something under way", async () => {
  await using world = new ClientWorld();
  const { client, states } = world.client();
  let answer = (_: string) => {};
  client.handlers.add("ask", () => new Promise<string>((resolve) => answer = resolve));
  await world.pass();
  const { hub, connection } = world.served;
  const asked = hub.clients.client(connection.id).ask("really?");
  for (let i = 0; i < 6; i++) {
    world.cut();
    await world.pass(3_000);
  }
  assertEquals(states.filter((state) => state === "connected anew").length, 1);
  answer("yes");
  await world.pass();
  assertEquals(await asked, "yes");
  // Now nothing is.
  for (let i = 0; i < 6; i++) {
    world.cut();
    await world.pass(3_000);
  }
  await world.pass(3_000);
  assertEquals(states.filter((state) => state === "connected anew").length, 2);
  void client.close();
});

Deno.test("an answer to a session that is over goes to nobody", async () => {
  await using world = new ClientWorld();
  const { client, ask } = world.client();
  let answer = (_: string) => {};
  client.handlers.add("ask", () => new Promise<string>((resolve) => answer = resolve));
  await world.pass();
  ask("ask", "?").catch(() => {});
  await world.pass();
  world.cut();
  await world.server.shutdown();
  world.restart();
  await world.pass(1_000);
  await world.pass(1_000);
  answer("!");
  await world.pass();
  assertEquals(world.sockets.at(-1)!.sent.length, 1);
  void client.close();
});

Deno.test("whoever wakes says so, and a goodbye that nobody answers takes two seconds", async () => {
  await using world = new ClientWorld();
  const { client } = world.client();
  await world.pass();
  world.wake();
  const [socket] = world.sockets;
  assertEquals(socket!.sent.at(-1), '{"type":6}\x1e');
  socket!.deaf = true;
  let closed = false;
  void client.close().then(() => closed = true);
  await world.pass(1_900);
  assertEquals(closed, false);
  await world.pass(100);
  assertEquals(closed, true);
});

Deno.test("whoever listens may close it, at any time", async () => {
  await using world = new ClientWorld();
  const connected = world.client();
  connected.client.state.listen(({ name }) =>
    name === "connected" && connected.client.close("enough")
  );
  await world.pass();
  await connected.running;
  assertEquals(connected.client.state.current, { name: "closed", reason: "enough" });
  world.down = true;
  const waiting = world.client();
  waiting.client.state.listen(({ retryAt }) => retryAt && waiting.client.close());
  await world.pass();
  await waiting.running;
  assertEquals(waiting.client.state.current, { name: "closed", reason: undefined });
});

Deno.test("calls do not wait for a server that wants to be left alone for longer than its session", async () => {
  await using world = new ClientWorld();
  const { client, ask } = world.client({ transports: ["webSockets"] });
  await world.pass();
  let lost: unknown;
  ask("slow").catch((error) => lost = error);
  await world.pass();
  world.noSockets = true;
  const headers = { "retry-after": "3600" };
  world.answer = ({ url }) =>
    url.includes("?id=") ? new Response("", { status: 503, headers }) : undefined;
  world.cut();
  for (let i = 0; i < 3; i++) await world.pass(1_000);
  assert(lost instanceof ConnectionLost);
  void client.close();
});
