import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { Relay } from "../../src/brokers/relay.ts";
import { Exchange, type ExchangeOwner } from "../../src/hubs/exchange.ts";
import { HubError } from "../../src/hubs/hub_error.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeEngine } from "../support/fake_engine.ts";
import { settled } from "../support/hub_pair.ts";

/** Exchanges that meet at one engine, and write down what they are told. */
function setUp() {
  const clock = new FakeClock();
  const meeting = new Set<FakeEngine>();
  const add = async () => {
    const engine = new FakeEngine(meeting);
    const log: unknown[] = [];
    const owner: ExchangeOwner = {
      called: (topic, { target }, body) => void log.push(["call", topic, target, body]),
      asked: ({ matter }, body, reply) => {
        log.push(["asked", matter.id, body]);
        if (matter.id === "here") {
          reply({ verdict: "taken" });
          reply({ verdict: "done" }, "result");
        } else if (matter.id !== "silent") reply({ verdict: "no" });
      },
      lost: (process, left) => void log.push([left ? "left" : "lost", process]),
      missed: ({ topic, cause }) => void log.push(["missed", topic, cause]),
      state: (state) => void log.push(state),
      error: (error) => void log.push((error as Error).message),
      look: () => {},
    };
    const exchange = new Exchange(new Relay(engine, clock), "hub", clock, owner);
    exchange.start();
    engine.listener.connected();
    await settled();
    log.splice(0);
    return { exchange, engine, log };
  };
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      clock.pass(1_000);
      await settled();
    }
  };
  return { clock, add, pass };
}

const join = (id: string) => ({ op: "join", id, group: "room" }) as const;

Deno.test("processes know each other, and hear what is for them", async () => {
  const { add } = setUp();
  const [a, b] = [await add(), await add()];
  assertEquals([[...a.exchange.peers.all()], [...b.exchange.peers.all()]], [
    [b.exchange.id],
    [a.exchange.id],
  ]);
  const { channels } = a.exchange;
  a.exchange.send(channels.all, { kind: "call", target: "t" }, "body");
  a.exchange.send(channels.to("nobody"), { kind: "call", target: "t" });
  assertEquals([a.log, b.log], [[], [["call", channels.all, "t", "body"]]]);
  assertThrows(
    () => a.exchange.send(channels.all, { kind: "call", target: "ü".repeat(500) }),
    Error,
    "Cannot reach other processes: expected at most",
  );
  // So many characters may be as many bytes.
  a.exchange.send(channels.all, { kind: "call", target: "x".repeat(500) });
  assertEquals(b.log.length, 2);
});

Deno.test("what is asked is answered, or not, and told what is too large", async () => {
  const { add } = setUp();
  const [a, b] = [await add(), await add()];
  const { channels, peers } = a.exchange;
  const ask = (id: string, body = "") => a.exchange.ask(channels.all, peers.all(), join(id), body);
  assertEquals(await ask("here", "body"), { from: b.exchange.id, body: "result" });
  assertEquals([await ask("nobody"), b.log], [undefined, [["asked", "here", "body"], [
    "asked",
    "nobody",
    "",
  ]]]);
  assertThrows(() => ask("here", "x".repeat(2_000)), Error, "expected at most");
  // It does not get out, and that is known.
  a.engine.publish = () => Promise.reject(new Error("perm: no"));
  const { message, cause } = await assertRejects(() => ask("here"), HubError);
  assertEquals(message, "the engine has not taken a question to another process");
  // Which is for whoever runs the server.
  assertMatch(`${cause}`, /expected redis to take it, got perm: no/);
});

Deno.test("a process that is silent is lost, and one that is back is known again", async () => {
  const { add, pass } = setUp();
  const [a, b] = [await add(), await add()];
  const { channels, peers, id } = a.exchange;
  const waiting = a.exchange.ask(channels.all, peers.all(), join("silent"), "");
  await pass(8);
  assertEquals(peers.size, 1);
  b.engine.deaf = true;
  await pass(7);
  await assertRejects(() => waiting, HubError, "expected other processes to answer");
  assertEquals([peers.size, a.log], [0, [["lost", b.exchange.id]]]);
  b.engine.deaf = false;
  await pass(3);
  assertEquals([[...peers.all()], [...b.exchange.peers.all()]], [[b.exchange.id], [id]]);
});

Deno.test("one that was paused itself holds nothing against the others", async () => {
  const { clock, add } = setUp();
  const [a, b] = [await add(), await add()];
  const { peers, channels } = a.exchange;
  const waiting = a.exchange.ask(channels.all, peers.all(), join("silent"), "");
  let settledWith: unknown;
  waiting.then((answered) => settledWith = answered, (error) => settledWith = error);
  a.engine.deaf = true;
  // The time is far behind what the timers were made for: the first look of many is the late one.
  const now = clock.now.bind(clock);
  clock.now = () => now() + 20_000;
  clock.pass(1_000);
  await settled();
  assertEquals([[...peers.all()], settledWith], [[b.exchange.id], undefined]);
  clock.pass(5_000);
  await assertRejects(() => waiting, HubError, "to answer within 5 s, got nothing");
  assertEquals(peers.size, 1);
  clock.pass(2_000);
  assertEquals(peers.size, 0);
});

Deno.test("what goes wrong with the engine is told", async () => {
  const { add } = setUp();
  const a = await add();
  a.engine.listener.error(new Error("wrong password"));
  assertEquals(a.log, ["wrong password"]);
});

Deno.test("when the engine goes, and when something is missed, answers are not waited for", async () => {
  const { add } = setUp();
  const [a] = [await add(), await add()];
  const { channels, peers } = a.exchange;
  const waiting = a.exchange.ask(channels.all, peers.all(), join("silent"), "");
  a.engine.listener.disconnected(new Error("cut"));
  await assertRejects(() => waiting, HubError, "the engine is down: nobody knows how far");
  assertEquals(a.exchange.state, "down");
  a.engine.listener.connected();
  await settled();
  assertEquals(a.log, ["down", "up", ["missed", channels.all, "engine-reconnect"], [
    "missed",
    channels.to(a.exchange.id),
    "engine-reconnect",
  ]]);
});

Deno.test("a channel of its own that is refused is asked for again", async () => {
  const clock = new FakeClock();
  const asked: string[] = [];
  const port = {
    maxPayload: 1_000,
    linger: 0,
    state: "up" as const,
    start() {},
    subscribe(topic: string) {
      asked.push(topic);
      return asked.length === 1 ? Promise.reject(new Error("not yet")) : Promise.resolve();
    },
    unsubscribe() {},
    publish: () => Promise.resolve({ relayed: true }),
    close: () => Promise.resolve(),
  };
  const exchange = new Exchange(port, "hub", clock, { look() {} } as unknown as ExchangeOwner);
  exchange.start();
  await settled();
  const { channels, id } = exchange;
  assertEquals(asked, [channels.all, channels.to(id)]);
  for (let i = 0; i < 3; i++) clock.pass(1_000);
  assertEquals(asked, [channels.all, channels.to(id), channels.all]);
});

Deno.test("an answer that may have been lost is not waited for", async () => {
  const { add } = setUp();
  const [a, b] = [await add(), await add()];
  const { channels, peers } = a.exchange;
  const reply = { kind: "answer", from: b.exchange.id, number: 1, verdict: "taken" } as const;
  const waiting = a.exchange.ask(channels.all, peers.all(), join("silent"), "");
  b.exchange.send(channels.to(a.exchange.id), reply);
  // One of its parcels does not arrive, the next one does.
  a.engine.deaf = true;
  b.exchange.send(channels.to(a.exchange.id), { ...reply, verdict: "done" });
  a.engine.deaf = false;
  b.exchange.send(channels.to(a.exchange.id), { kind: "here", from: b.exchange.id });
  await assertRejects(() => waiting, HubError, "may have been lost");
});

Deno.test("what is no parcel is passed over, and behind the end nothing is done", async () => {
  const { add, clock } = setUp();
  const [a, b] = [await add(), await add()];
  const { channels } = a.exchange;
  const port = new Relay(new FakeEngine(new Set()), clock);
  assertEquals(port.state, "down");
  for (const packet of ["no parcel", new Uint8Array(3)]) {
    const relay = b.engine.sent.length;
    b.exchange.send(channels.all, packet as never);
    assertEquals(b.engine.sent.length, relay + 1);
  }
  assertEquals(a.log, []);
  await a.exchange.close();
  await a.exchange.close();
  assertEquals([a.exchange.closed, b.log, b.exchange.peers.size], [true, [[
    "left",
    a.exchange.id,
  ]], 0]);
  a.exchange.send(channels.all, { kind: "call", target: "late" });
  assertEquals(b.log.length, 1);
});

Deno.test("a parcel that is not what it seems is told, and does no harm", async () => {
  const { add } = setUp();
  const [a, b] = [await add(), await add()];
  a.exchange.send(a.exchange.channels.all, { kind: "question", from: "p" } as never);
  assertEquals(b.log.length, 1);
  assertEquals(/undefined/.test(`${b.log[0]}`), true);
});

Deno.test("whoever is new has heard of all others in half a second, or at its end", async () => {
  const { add, clock } = setUp();
  const a = await add();
  const { introduced } = a.exchange;
  clock.pass(500);
  await introduced;
  assertEquals(a.exchange.introduced, undefined);
  const b = await add();
  const waiting = b.exchange.introduced;
  await b.exchange.close();
  await waiting;
});
