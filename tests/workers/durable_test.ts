import { assertEquals, assertThrows } from "@std/assert";
import type { Connection } from "../../src/connection/connection.ts";
import { defineHub } from "../../src/hubs.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { createTopics } from "../../src/topics.ts";
import { perAddress } from "../../src/limits/per_address.ts";
import { durable } from "../../src/workers/durable.ts";
import { nextTurn } from "../support/memory.ts";
import { edgeRequest, StagedState, WorkersStage } from "../support/workers_stage.ts";

const echo = (request: Request) =>
  upgradeWebSocket(request, {
    onMessage: (event, connection) => connection.send(event.data),
  });

Deno.test("each object is a server of its own, which counts and shuts down", async () => {
  using stage = new WorkersStage();
  const Room = durable(echo, { maxConnections: 1, onReport() {} });
  const [one, other] = [new Room(new StagedState(), {}), new Room(new StagedState(), {})];
  const statuses = [];
  for (const room of [one, one, other]) statuses.push((await room.fetch(edgeRequest())).status);
  assertEquals([statuses, one.connections, other.connections], [[101, 503, 101], 1, 1]);
  await nextTurn();
  const done = one.shutdown();
  stage.sockets[0]!.emit("close", { code: 1001, reason: "", wasClean: true });
  await done;
  assertEquals(stage.sockets[0]!.closes[0], [1001, "Server shutting down"]);
  assertEquals([one.connections, other.connections], [0, 1]);
  stage.last.emit("close", { code: 1000, reason: "", wasClean: true });
});

Deno.test("create makes what belongs together for each object, from its state and bindings", async () => {
  using stage = new WorkersStage();
  const made: unknown[] = [];
  const passed: unknown[] = [];
  class Room extends durable({
    create(state: StagedState, env: object) {
      made.push(state, env);
      const topics = createTopics();
      return (request: Request, ...rest: never[]) => {
        passed.push(...rest);
        return upgradeWebSocket(request, {
          onOpen: (_event, connection) => topics.subscribe(connection, "room"),
          onMessage: (event, connection) =>
            topics.publish("room", event.data, { except: connection }),
        });
      };
    },
  }) {
    readonly more = true;
  }
  const [state, env] = [new StagedState(), { KEY: "a" }];
  const room = new Room(state, env);
  const other = new Room(new StagedState(), env);
  for (const one of [room, room, other]) await one.fetch(edgeRequest());
  await nextTurn();
  assertEquals([made.slice(0, 2), passed.slice(0, 2), room.more], [
    [state, env],
    [env, state],
    true,
  ]);
  stage.sockets[0]!.emit("message", { data: "hello" });
  await nextTurn();
  assertEquals(stage.sockets.map(({ sent }) => sent), [[], ["hello"], []]);
  // Whatever the runtime calls where nothing sleeps does nothing.
  room.webSocketMessage({}, "x");
  room.webSocketClose({}, 1000, "", true);
  room.webSocketError({}, new Error());
  for (const socket of stage.sockets) {
    socket.emit("close", { code: 1000, reason: "", wasClean: true });
  }
});

Deno.test("an object that may sleep wakes with its connections, and pings are answered for it", async () => {
  using _stage = new WorkersStage();
  const told: unknown[] = [];
  const Room = durable({ create: () => ({ fetch: echo, word: "again" }) }, {
    hibernate: {
      events: (connection: Connection, { word }) => ({
        onMessage: (event) => connection.send(`${word} ${event.data}`),
        onClose: ({ code }) => void told.push(code),
      }),
      autoResponse: { request: "ping", response: "pong" },
    },
  });
  const state = new StagedState();
  const before = new Room(state, {});
  assertEquals({ ...state.automatic as object }, { request: "ping", response: "pong" });
  await before.fetch(edgeRequest());
  await nextTurn();
  const [raw, sent] = [state.sockets[0] as object, (state.sockets[0] as { sent: unknown[] }).sent];
  before.webSocketMessage(raw, "x");
  const room = new Room(state, {});
  room.webSocketMessage(raw, "x");
  assertEquals([sent, room.connections], [["x", "again x"], 1]);
  room.webSocketClose(raw, 4000, "", true);
  room.webSocketError(raw, new Error("late"));
  await nextTurn();
  assertEquals([told, room.connections], [[4000], 0]);
});

Deno.test("an object that sleeps needs no automatic answer, and may fail instead of ending", async () => {
  using _stage = new WorkersStage();
  const Room = durable(echo, { hibernate: { events: () => ({}) } });
  const state = new StagedState();
  const room = new Room(state, {});
  await room.fetch(edgeRequest());
  await nextTurn();
  room.webSocketError(state.sockets[0] as object, new Error("Network connection lost."));
  assertEquals([room.connections, state.automatic], [0, undefined]);
});

Deno.test("an object that sleeps has no hub", async () => {
  using stage = new WorkersStage();
  const errors: unknown[] = [];
  const hub = defineHub()({ client: {} }).create({});
  const onError = (error: unknown) => errors.push(error);
  const Room = durable((request) => hub.handle(request), {
    onError,
    hibernate: { events: () => ({}) },
  });
  const { status } = await new Room(new StagedState(), {}).fetch(edgeRequest());
  assertEquals([status, errors.length, stage.sockets.length], [500, 1, 0]);
});

Deno.test("each object counts addresses for itself, and so does what it becomes", async () => {
  using _stage = new WorkersStage();
  const shared = { admit: () => ({ answered() {}, ended() {} }) };
  const Room = durable(echo, {
    limits: [perAddress({ connections: 1 }), shared],
    onReport() {},
    hibernate: { events: () => ({}) },
  });
  const states = [new StagedState(), new StagedState()];
  const statuses = async () => {
    const all = [];
    for (const state of states) {
      const room = new Room(state, {});
      for (let i = 0; i < 2; i++) all.push((await room.fetch(edgeRequest())).status);
    }
    return all;
  };
  assertEquals(await statuses(), [101, 429, 101, 429]);
  states.pop();
  assertEquals(await statuses(), [429, 429]);
  for (const state of [...states]) {
    new Room(state, {}).webSocketClose(state.sockets[0] as object, 1000, "", true);
  }
  await nextTurn();
  assertEquals(await statuses(), [101, 429]);
});

Deno.test("an alarm reaches what create has made for its object, of a sleeper as well", async () => {
  using stage = new WorkersStage();
  class Room extends durable({
    create() {
      const topics = createTopics();
      const events = { onOpen: (_: unknown, one: Connection) => topics.subscribe(one, "room") };
      return { topics, fetch: (request: Request) => upgradeWebSocket(request, events) };
    },
  }) {
    alarm() {
      return this.made.topics.publish("room", "tick");
    }
  }
  const [one, other] = [new Room(new StagedState(), {}), new Room(new StagedState(), {})];
  for (const room of [one, other]) await room.fetch(edgeRequest());
  await nextTurn();
  await one.alarm();
  assertEquals(stage.sockets.map(({ sent }) => sent), [["tick"], []]);
  assertEquals(new (durable(echo))(new StagedState(), {}).made, echo);
  for (const socket of stage.sockets) {
    socket.emit("close", { code: 1000, reason: "", wasClean: true });
  }
});

Deno.test("what is no app is said when the module is loaded, or when the first object is made", () => {
  const expected = "app.fetch, or an object with create";
  for (const app of [undefined, null, {}, 5]) {
    assertThrows(() => durable(app as never), TypeError, expected);
  }
  assertThrows(() => durable(echo, { port: 1 } as never), TypeError, "options of durable");
  const Room = durable({ create: () => ({}) as never });
  assertThrows(() => new Room(new StagedState(), {}), TypeError, "create to return app.fetch");
});
