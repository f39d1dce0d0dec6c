import { assertEquals } from "@std/assert";
import { OwnUsers } from "../../src/topics/own_users.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

/** The users of one process, where so many have room, and some are shown by another one. */
function owning(room = 100, others: Record<string, string> = {}) {
  const touched: string[] = [];
  let stamp = 0;
  const own: OwnUsers = new OwnUsers({
    get full() {
      return own.shown >= room;
    },
    touch: (id) => void touched.push(id),
    json: (id) => others[id] ?? own.get(id)?.json,
    stamp: () => ++stamp,
  });
  return { own, touched };
}

const [a, b, c] = [new FakeSubscriber(), new FakeSubscriber(), new FakeSubscriber()];
const ann = { id: "ann", json: '"Ann"' };

Deno.test("two connections are one user, told once, who leaves with the last of them", () => {
  const { own, touched } = owning();
  own.join(a, ann);
  own.join(b, ann);
  assertEquals([own.connections, own.shown, own.unsent], [2, 1, true]);
  assertEquals(own.takeChanges(), [{ ...ann, stamp: 1 }]);
  assertEquals([own.unsent, own.takeChanges()], [false, []]);
  own.leave(a);
  assertEquals([own.shown, own.takeChanges()], [1, []]);
  own.leave(b);
  own.leave(b);
  assertEquals([own.connections, own.shown], [0, 0]);
  assertEquals(own.takeChanges(), [{ id: "ann", stamp: 0, json: "" }]);
  assertEquals(touched, ["ann", "ann"]);
});

Deno.test("who comes and goes before anybody was told is not told of, and who is back is", () => {
  const { own } = owning();
  own.join(a, ann);
  own.leave(a);
  assertEquals(own.takeChanges(), []);
  own.join(a, ann);
  own.takeChanges();
  own.leave(a);
  own.join(b, ann);
  own.leave(b);
  // Others have still to hear that it left.
  assertEquals(own.takeChanges(), [{ id: "ann", stamp: 0, json: "" }]);
});

Deno.test("the value is that of who came last, and the same one again is no news", () => {
  const { own } = owning();
  own.join(a, ann);
  own.takeChanges();
  own.join(b, { id: "ann", json: '"Away"' });
  assertEquals(own.takeChanges(), [{ id: "ann", stamp: 2, json: '"Away"' }]);
  own.join(c, { id: "ann", json: '"Away"' });
  assertEquals(own.takeChanges(), []);
  own.join(a, { id: "ann", json: '"Back"' });
  assertEquals([own.takeChanges(), own.connections], [
    [{ id: "ann", stamp: 3, json: '"Back"' }],
    3,
  ]);
  for (const subscriber of [a, b, c]) own.leave(subscriber);
  assertEquals(own.shown, 0);
});

Deno.test("a value that another process has a newer one of is told again", () => {
  const { own } = owning(100, { ann: '"Newer"' });
  own.join(a, ann);
  assertEquals(own.takeChanges(), [{ ...ann, stamp: 1 }]);
  own.join(b, ann);
  assertEquals(own.takeChanges(), [{ ...ann, stamp: 2 }]);
});

Deno.test("a connection may become somebody else, or nobody", () => {
  const { own } = owning();
  own.join(a, ann);
  own.takeChanges();
  own.join(a, { id: "bob", json: "" });
  assertEquals([...own.entries()].map(({ id }) => id), ["bob"]);
  own.join(a, undefined);
  assertEquals([[...own.entries()], own.connections], [[], 1]);
  assertEquals(own.takeChanges(), [{ id: "ann", stamp: 0, json: "" }]);
  own.leave(a);
  assertEquals(own.connections, 0);
});

Deno.test("who has no room waits for it, in turn", () => {
  const { own } = owning(1);
  own.join(a, ann);
  own.join(b, { id: "bob", json: "" });
  own.join(c, { id: "cid", json: "" });
  assertEquals([own.crowded, own.shown, own.get("bob")], [true, 1, undefined]);
  assertEquals(own.takeChanges().map(({ id }) => id), ["ann"]);
  own.join(b, { id: "bob", json: '"Bob"' });
  own.makeRoom();
  assertEquals([own.takeChanges(), [...own.entries()].length], [[], 1]);
  own.leave(a);
  own.makeRoom();
  assertEquals(own.takeChanges().map(({ id, json }) => id + json), ["ann", 'bob"Bob"']);
  own.leave(c);
  assertEquals([own.crowded, own.takeChanges()], [false, []]);
});

Deno.test("a user that another process shows has room here, too", () => {
  const { own } = owning(0, { ann: '"Ann"' });
  own.join(a, ann);
  own.join(b, { id: "bob", json: "" });
  assertEquals([...own.entries()].map(({ id }) => id), ["ann"]);
});

Deno.test("one that had to leave for want of room, and was told of, leaves only once for others", () => {
  const { own } = owning(1);
  own.join(a, ann);
  own.takeChanges();
  own.leave(a);
  own.join(b, { id: "bob", json: "" });
  own.join(a, ann);
  assertEquals(own.takeChanges().map(({ id, stamp }) => [id, stamp > 0]), [
    ["ann", false],
    ["bob", true],
  ]);
  own.leave(b);
  own.makeRoom();
  assertEquals(own.takeChanges().map(({ id, stamp }) => [id, stamp > 0]), [
    ["bob", false],
    ["ann", true],
  ]);
});
