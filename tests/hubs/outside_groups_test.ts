import { assertEquals, assertRejects } from "@std/assert";
import type { Elsewhere } from "../../src/hubs/elsewhere.ts";
import { OutsideGroups } from "../../src/hubs/outside_groups.ts";
import { client, hubState } from "../support/fake_transport.ts";

const ids = (sessions: Iterable<{ readonly id: string }>) => [...sessions].map(({ id }) => id);

Deno.test("in one process, whoever is gone is put nowhere", async () => {
  const hub = hubState();
  client(hub, { id: "a" });
  const groups = new OutsideGroups(hub.roster, undefined);
  for (const id of ["a", "gone"]) await groups.add("room", id);
  assertEquals(ids(hub.roster.group("room")), ["a"]);
  for (const id of ["a", "gone"]) await groups.remove("room", id);
  assertEquals(ids(hub.roster.group("room")), []);
  await assertRejects(() => groups.add(5 as never, "gone"), TypeError, "Cannot use a group");
});

Deno.test("of many, the one that has the connection is asked", async () => {
  const hub = hubState();
  client(hub, { id: "a" });
  const asked: unknown[] = [];
  const elsewhere = { ask: (matter: unknown) => void asked.push(matter) };
  const groups = new OutsideGroups(hub.roster, elsewhere as unknown as Elsewhere);
  for (const id of ["a", "b"]) await groups.add("room", id);
  await groups.remove("room", "b");
  assertEquals(ids(hub.roster.group("room")), ["a"]);
  assertEquals(asked, [
    { op: "join", id: "b", group: "room" },
    { op: "leave", id: "b", group: "room" },
  ]);
  await assertRejects(() => groups.add(5 as never, "b"), TypeError, "Cannot use a group");
});
