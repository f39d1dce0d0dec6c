import { assertEquals, assertRejects } from "@std/assert";
import {
  epochOf,
  type JetStreamManager,
  type StreamInfo,
  TopicStream,
} from "../../src/brokers/jetstream.ts";

const LIMITS = { count: 10, bytes: 1_000, age: 60_000 };
const WANTED = {
  max_msgs_per_subject: 11,
  max_bytes: 1_000,
  max_age: (60_000 + 86_400_000) * 1_000_000,
  allow_direct: true,
};
const SUBJECTS = {
  subjects: ["a.b.h.*"],
  republish: { src: "a.b.h.*", dest: "a.b.t.{{wildcard(1)}}" },
};

/** A manager with one stream, or none, and what it was told. */
function manager(config?: StreamInfo["config"], code = 10_059) {
  const told: unknown[] = [];
  const info = (config: StreamInfo["config"]) =>
    Promise.resolve({ config, created: "now", state: { first_seq: 1, last_seq: 1 } });
  const streams = {
    info: (name: string) => {
      told.push(name);
      return config
        ? info(config)
        : Promise.reject(Object.assign(new Error("no stream"), { code }));
    },
    add: (config: StreamInfo["config"]) => (told.push(["add", config]), info(config)),
    update: (
      _name: string,
      config: StreamInfo["config"],
    ) => (told.push(["update", config]), info(config)),
  };
  return { told, manager: { streams } as unknown as JetStreamManager };
}

const stream = new TopicStream("a.b", LIMITS);

Deno.test("the epoch of a stream is when it was made, to the nanosecond", () => {
  const created = ["2026-11-22T01:02:03.000000001Z", "2026-11-22T01:02:03.000000002Z"];
  const epochs = created.map((created) => epochOf({ created }));
  assertEquals(epochs.map((epoch) => parseInt(epoch, 36) > 0), [true, true]);
  assertEquals(new Set(epochs).size, 2);
  assertEquals(epochOf({ created: created[0]! }), epochs[0]);
});

Deno.test("a stream that is not there is made, with what the history asks for", async () => {
  const { told, manager: m } = manager();
  const { config } = await stream.open(m);
  assertEquals({ ...config, ...WANTED, ...SUBJECTS }, config);
  assertEquals([stream.name, told[0], (told[1] as unknown[])[0]], [
    "edgesocket=a=b",
    "edgesocket=a=b",
    "add",
  ]);
});

Deno.test("a stream that is there is taken; if it keeps something else, it is told", async () => {
  const same = manager({ ...SUBJECTS, ...WANTED });
  await stream.open(same.manager);
  assertEquals(same.told.length, 1);
  const other = manager({ ...SUBJECTS, ...WANTED, max_bytes: 5 });
  await stream.open(other.manager);
  assertEquals(other.told[1], ["update", { ...SUBJECTS, ...WANTED }]);
});

Deno.test("on how many servers it is kept is as the option says, or as it is", async () => {
  const three = new TopicStream("a.b", LIMITS, 3);
  assertEquals((await stream.open(manager().manager)).config.num_replicas, 1);
  assertEquals((await three.open(manager().manager)).config.num_replicas, 3);
  const there = { ...SUBJECTS, ...WANTED, num_replicas: 3 };
  for (const one of [stream, three]) {
    const { told, manager: m } = manager(there);
    await one.open(m);
    assertEquals(told.length, 1);
  }
  const single = manager({ ...there, num_replicas: 1 });
  await three.open(single.manager);
  assertEquals(single.told[1], ["update", there]);
});

Deno.test("a stream of somebody else is not touched, and what JetStream says is handed on", async () => {
  const other = manager({ ...WANTED, subjects: ["theirs"] });
  const message =
    "Cannot use the stream edgesocket=a=b: expected a.b.h.* to a.b.t.{{wildcard(1)}}, " +
    "got theirs to undefined";
  await assertRejects(() => stream.open(other.manager), Error, message);
  assertEquals(other.told.length, 1);
  await assertRejects(() => stream.open(manager(undefined, 503).manager), Error, "no stream");
});
