import { assertEquals } from "@std/assert";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import { Place } from "../../src/hubs/place.ts";
import type { HandshakeLimit } from "../../src/server/admission.ts";
import { wrappedServer } from "../support/memory.ts";

const REQUEST = { url: "http://x/hub", headers: new Headers(), remoteAddress: "192.0.2.1" };

const admit = () => ({ answered() {}, ended() {} });

function serving(limits: HandshakeLimit[] = [], maxConnections = 1) {
  const server = wrappedServer(new MemoryAdapter(), () => new Response(), {
    limits,
    maxConnections,
  });
  const take = (request: typeof REQUEST | undefined = REQUEST) => Place.take(server.state, request);
  const hasRoom = () => server.state.noRoom() === undefined;
  return { ...server, take, hasRoom };
}

/** A limit that counts, and keeps so many. */
function counting(most: number) {
  const count = { now: 0, asked: [] as unknown[] };
  const limit: HandshakeLimit = {
    admit,
    absent({ remoteAddress }, now) {
      count.asked.push([remoteAddress, now]);
      if (count.now >= most) return undefined;
      count.now++;
      return () => count.now--;
    },
  };
  return { count, limit };
}

Deno.test("it is one of the server's connections, until it is given back", () => {
  const { take, hasRoom } = serving();
  const place = take();
  assertEquals([hasRoom(), take()], [false, undefined]);
  place!.end();
  assertEquals(hasRoom(), true);
});

Deno.test("limits that care count it, and are told of its end", () => {
  const { count, limit } = counting(1);
  const { take, clock, state } = serving([{ admit }, limit], 5);
  const place = take();
  assertEquals([count.now, count.asked], [1, [["192.0.2.1", clock.now()]]]);
  place!.end();
  assertEquals(count.now, 0);
  // Nobody knows from where it was, or nobody cares.
  assertEquals([Place.take(state, undefined) === undefined, count.asked.length], [false, 1]);
});

Deno.test("one of them that is against it is enough, and nothing is left of the others", () => {
  const [first, second] = [counting(5), counting(1)];
  const { take, hasRoom } = serving([first.limit, second.limit], 2);
  take();
  assertEquals([take(), first.count.now, second.count.now, hasRoom()], [undefined, 1, 1, true]);
});

Deno.test("one that fails is reported, and nobody is kept", () => {
  const first = counting(5);
  const failing: HandshakeLimit = {
    admit,
    absent() {
      throw new Error("no idea");
    },
  };
  const { take, hasRoom, reported } = serving([first.limit, failing]);
  assertEquals([take(), first.count.now, hasRoom()], [undefined, 0, true]);
  assertEquals(reported.map(String), ["Error: no idea"]);
});

Deno.test("it is lent for a second, to one", () => {
  const { take, hasRoom, clock, state } = serving();
  const place = take()!;
  let lost = 0;
  place.lend(() => lost++);
  place.lend(() => lost++);
  assertEquals([state.reserve(), hasRoom()], [undefined, false]);
  state.release();
  clock.pass(1_000);
  assertEquals([hasRoom(), lost], [false, 0]);
  place.end();
  assertEquals(hasRoom(), true);
});

Deno.test("whoever has taken it by then keeps it, and one that is given back is lent no more", () => {
  const { take, hasRoom, clock, state } = serving();
  const place = take()!;
  let lost = 0;
  place.lend(() => {
    lost++;
    place.end();
  });
  assertEquals(state.reserve(), undefined);
  clock.pass(1_000);
  assertEquals([hasRoom(), lost], [false, 1]);
  state.release();
  const next = take()!;
  next.lend(() => {});
  next.end();
  clock.pass(1_000);
  assertEquals([hasRoom(), clock.pending], [true, 0]);
});
