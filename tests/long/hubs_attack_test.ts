/** Clients of a hub that take what they can get, and are gone: what is left of them, and who noticed. */
import { assertEquals, assertLess } from "@std/assert";
import { messagePack } from "../support/messagepack.ts";
import { HubClient } from "../support/hub_client.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { wireRuntimes } from "../support/runtimes.ts";

const MIB = 1024 * 1024;

/** What may be left: 10,000 tokens that nobody has claimed yet, and what a heap is not exact about. */
const LEFT = 8 * MIB;

/** Milliseconds in which it is: Deno holds a connection that was cut for half a minute. */
const SOON = 60_000;

/** Clients of each kind, so many at a time. */
const ATTACKERS = 400;
const ABREAST = 40;

const hub = (server: ProcessServer, user: string) => HubClient.open(server, { user });

/** What an attacker does before it is gone without a word. */
const ATTACKS: Readonly<Record<string, (server: ProcessServer) => Promise<void>>> = {
  async "half a handshake"(server) {
    using client = await server.open("/hub");
    client.send('{"protocol":"json"' + " ".repeat(30_000));
  },
  async "half a message"(server) {
    using client = await hub(server, "half");
    client.client.send(`{"type":1,"target":"${"x".repeat(32_000)}`);
  },
  async "half a message in MessagePack"(server) {
    using client = await HubClient.open(server, { protocol: messagePack });
    client.client.send(Uint8Array.of(0x80, 0x80, 0x01, 0x95, ...new Uint8Array(16_000)));
  },
  async "streams"(server) {
    using client = await hub(server, "streams");
    for (let i = 0; i < 150; i++) client.stream("silent");
    for (let i = 0; i < 50; i++) await client.next();
  },
  async "questions"(server) {
    using client = await hub(server, "questions");
    for (let i = 0; i < 50; i++) client.call("ask", "x".repeat(500));
    for (let i = 0; i < 50; i++) await client.next();
  },
  async "uploads that nobody reads"(server) {
    using client = await hub(server, "uploads");
    client.upload("never", ["u"]);
    for (let i = 0; i < 50; i++) client.item("u", "x".repeat(1_000));
    assertEquals(await client.ask("echo", 1), 1);
  },
  async "calls in line"(server) {
    using client = await hub(server, "line");
    for (let i = 0; i < 100; i++) client.call("wait");
  },
  async "groups"(server) {
    using client = await hub(server, "groups");
    for (let i = 0; i < 100; i++) client.call("join", crypto.randomUUID());
    for (let i = 0; i < 100; i++) await client.next();
  },
  async "negotiations"(server) {
    for (let i = 0; i < 50; i++) {
      const url = server.url("/hub/negotiate?negotiateVersion=1", "http");
      await (await fetch(url, { method: "POST" })).body?.cancel();
    }
  },
  async "methods that there are not"(server) {
    using client = await hub(server, "unknown");
    for (let i = 0; i < 50; i++) client.call(crypto.randomUUID());
    for (let i = 0; i < 50; i++) await client.next();
  },
};

for (const runtime of wireRuntimes) {
  Deno.test(`${runtime.name}: nothing is left of clients that attack a hub`, async () => {
    await using server = await runtime.start({ APP: "signalr", QUIET: "1" });
    using neighbour = await hub(server, "neighbour");
    const all = async () => {
      for (const attack of Object.values(ATTACKS)) {
        for (let done = 0; done < ATTACKERS; done += ABREAST) {
          await Promise.all(Array.from({ length: ABREAST }, () => attack(server)));
          assertEquals(await neighbour.ask("echo", done), done);
        }
      }
      // What waits for `release` has no client any more.
      const release = neighbour.stream("release");
      assertEquals(await neighbour.next(), { type: 2, invocationId: release, item: true });
      assertEquals(await neighbour.next(), { type: 3, invocationId: release });
      await server.settled(1);
    };
    // The first round brings the heap to its size.
    await all();
    const first = await server.heap();
    await all();
    const end = performance.now() + SOON;
    for (;;) {
      const left = await server.heap() - first;
      if (left < LEFT) break;
      assertLess(performance.now(), end, `${left} bytes are left`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  });
}
