/** What one client of a hub can do to the others: nothing. Each with the client that does the same in earnest. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { handshakeRequest } from "../../src/wire/handshake.ts";
import { json } from "../../src/wire/json.ts";
import { messagePack } from "../support/messagepack.ts";
import { HubClient } from "../support/hub_client.ts";
import { bytes } from "../support/hub_messages.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import type { TestServer } from "../support/server.ts";
import { suite } from "../support/suite.ts";

/** How a connection ends that has sent what is no message. */
const BROKEN = { type: 7, error: "Connection closed with an error.", allowReconnect: true };

const RUNNING = "An unexpected error occurred invoking";

/** A message of MessagePack with its length before it. */
function framed(hex: string): Uint8Array<ArrayBuffer> {
  const body = bytes(hex);
  const prefix: number[] = [];
  let length = body.length;
  for (; length > 0x7f; length >>>= 7) prefix.push(length & 0x7f | 0x80);
  return Uint8Array.of(...prefix, length, ...body);
}

/** A call of echo with one argument. */
const echo = (argument: string) => framed(`9501 80 a131 a46563686f 91${argument}`);

/** What is no message in MessagePack, or is more than it may be. */
const BOMBS: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "lists in lists": echo("91".repeat(20_000) + "c0"),
  "objects in objects": echo("81a161".repeat(8_000) + "c0"),
  "a list that claims to be long": echo("ddffffffff"),
  "lists that claim to be long, in lists": echo("dd00007000".repeat(50)),
  "an object that claims to be large": echo("dfffffffff"),
  "a text that claims to be long": echo("dbffffffff"),
  "bytes that claim to be many": echo("c6ffffffff"),
  "an extension": echo("d40100"),
  "an extension that claims to be large": echo("c9ffffffff01"),
  "a time that no date can hold": echo("c70cff000000007fffffffffffffff"),
  "a key __proto__": echo("81a95f5f70726f746f5f5f80"),
  "the byte that is nothing": echo("c1"),
  "text that is no UTF-8": echo("a1ff"),
  "no list": framed("80"),
  "nothing": framed(""),
  "a length of two gigabytes": bytes("ffffffff07"),
  "a length without end": bytes("ffffffffffffff"),
};

/** The same in JSON. */
const JSON_BOMBS: Readonly<Record<string, string>> = {
  "lists in lists": `[${"[".repeat(15_000)}${"]".repeat(15_000)}]`,
  "objects in objects": `[${'{"a":'.repeat(5_000)}0${"}".repeat(5_000)}]`,
  "a key __proto__": '[{"__proto__":{"admin":true}}]',
  "a key __proto__ with an escape": '[{"__pr\\u006fto__":{"admin":true}}]',
  "no list": "{}",
  "no JSON": "[",
};

function attacks(runtime: Runtime): void {
  const test = suite(runtime, { APP: "signalr" });
  const open = HubClient.open;
  const asked = async (server: TestServer, negotiations: number) => {
    const answers = [];
    for (let i = 0; i < negotiations; i++) {
      const path = "/hub/negotiate?negotiateVersion=1";
      const response = await server.request(path, { method: "POST" });
      answers.push(await response.json());
    }
    return answers as { connectionId: string; connectionToken: string }[];
  };

  test("bombs in MessagePack end their own connection only", async (server) => {
    using healthy = await open(server, { protocol: messagePack });
    for (const [name, bomb] of Object.entries(BOMBS)) {
      using attacker = await open(server, { protocol: messagePack });
      attacker.client.send(bomb);
      assertEquals(await attacker.next(), BROKEN, name);
      await attacker.closed;
      assertEquals(await healthy.ask("echo", name), name);
    }
    // What comes near to them, and is none.
    const nested = (levels: number): unknown => levels === 0 ? "x" : [nested(levels - 1)];
    for (
      const value of [nested(60), Array(5_000).fill(null), { constructor: 1 }, "x".repeat(30_000)]
    ) {
      assertEquals(await healthy.ask("echo", value), value);
    }
  });

  test("bombs in JSON end their own connection only", async (server) => {
    using healthy = await open(server);
    for (const [name, bomb] of Object.entries(JSON_BOMBS)) {
      using attacker = await open(server);
      attacker.client.send(`{"type":1,"invocationId":"1","target":"echo","arguments":${bomb}}\x1e`);
      assertEquals(await attacker.next(), BROKEN, name);
      await attacker.closed;
      assertEquals(await healthy.ask("echo", name), name);
    }
    const nested = (levels: number): unknown => levels === 0 ? "x" : [nested(levels - 1)];
    for (const value of [nested(60), Array(5_000).fill([]), { constructor: 1 }, "__proto__"]) {
      assertEquals(await healthy.ask("echo", value), value);
    }
  });

  test(
    "whoever negotiates without end finds the oldest forgotten, and nobody else",
    async (server) => {
      using before = await open(server);
      const answers = await asked(server, 60);
      const token = (i: number) => `/hub?id=${answers[i]!.connectionToken}`;
      assertEquals((await server.connect(token(0))).status, 404);
      assertEquals((await server.connect(token(9))).status, 404);
      for (const i of [10, 59]) {
        using late = await HubClient.greet(await server.open(token(i)));
        const { id } = await late.ask("me") as { id: string };
        assertEquals(id, answers[i]!.connectionId);
      }
      assertEquals(await before.ask("echo", 1), 1);
    },
    { env: { HUB: JSON.stringify({ maxUnclaimed: 50 }) } },
  );

  test("of 10,000 streams as many are opened as may be", async (server) => {
    using attacker = await open(server);
    using healthy = await open(server);
    for (let i = 0; i < 10_000; i++) attacker.stream("silent");
    for (let i = 0; i < 9_900; i++) {
      const { error } = await attacker.next() ?? {};
      assert(`${error}`.startsWith(`${RUNNING} 'silent' on the server.`), `${error}`);
    }
    await server.until({ on: "stream-began" }, 100);
    assertEquals(server.all({ on: "stream-began" }).length, 100);
    assertEquals(await healthy.ask("echo", 1), 1);
    // One after the other, nobody counts them.
    for (let i = 0; i < 500; i++) {
      const id = healthy.stream("count", 1);
      assertEquals(await healthy.next(), { type: 2, invocationId: id, item: 0 });
      assertEquals(await healthy.next(), { type: 3, invocationId: id });
    }
    attacker.client.vanish();
    await server.until({ on: "stream-ended" }, 100);
  });

  test("whoever cancels everything cancels what is its own", async (server) => {
    using attacker = await open(server);
    using healthy = await open(server);
    // Its id is the first of the attacker as well.
    const stream = healthy.stream("silent");
    await server.until({ on: "stream-began" });
    const own = attacker.stream("silent");
    await server.until({ on: "stream-began" }, 2);
    assertEquals(own, stream);
    for (let i = 0; i < 5_000; i++) attacker.cancel(`c${i}`);
    assertEquals(await attacker.next(), { type: 3, invocationId: own });
    assertEquals(await attacker.ask("echo", 1), 1);
    assertEquals(await healthy.ask("echo", 1), 1);
    await server.until({ on: "stream-ended" });
    assertEquals(server.all({ on: "stream-ended" }).length, 1);
    healthy.cancel(stream);
    assertEquals(await healthy.next(), { type: 3, invocationId: stream });
  });

  test("whoever never answers is asked no more, and keeps nobody waiting", async (server) => {
    using attacker = await open(server);
    using healthy = await open(server);
    for (let i = 0; i < 1_000; i++) attacker.call("ask", "well?");
    let questions = 0;
    let errors = 0;
    // One of them takes the place of the line that the others gave up.
    while (errors < 900 && questions + errors < 1_000) {
      const { type } = await attacker.next() ?? {};
      if (type === 1) questions++;
      else errors++;
    }
    assertEquals(questions, 100);
    for (let i = 0; i < 500; i++) {
      const id = healthy.call("ask", `${i}?`);
      const { invocationId } = await healthy.next() ?? {};
      healthy.complete(`${invocationId}`, { result: "yes" });
      assertEquals(await healthy.next(), { type: 3, invocationId: id, result: "yes" });
    }
    attacker.client.vanish();
    await server.until({ on: "disconnected", cause: "network" });
  });

  test("answers, items and ends that nobody waits for are nothing", async (server) => {
    using attacker = await open(server);
    for (let i = 0; i < 1_000; i++) {
      attacker.complete(`s${i}`, { result: i });
      attacker.item(`x${i}`, "x".repeat(1_000));
      attacker.complete(`x${i}`, { error: "why not" });
      attacker.ping();
    }
    attacker.client.send('{"type":99,"target":1}\x1e{"type":0}\x1e');
    assertEquals(await attacker.ask("echo", 1), 1);
  });

  test("names that objects have are names of no method", async (server) => {
    using client = await open(server);
    for (
      const name of [
        "__proto__",
        "constructor",
        "toString",
        "valueOf",
        "hasOwnProperty",
        "then",
        " echo",
      ]
    ) {
      assertEquals(await client.ask(name), { error: `Unknown hub method '${name}'` });
      client.stream(name);
      assertEquals((await client.next())?.error, `Unknown hub method '${name}'`);
    }
  });

  test("a name that is as long as a message may be is not sent back without end", async (server) => {
    using client = await open(server);
    const name = "x".repeat(32_000);
    for (let i = 0; i < 100; i++) client.call(name);
    for (let i = 0; i < 100; i++) {
      assertMatch(`${(await client.next())?.error}`, /^Unknown hub method 'x+/);
    }
  });

  test("whoever reads nothing of what it asks for has to go", async (server) => {
    using healthy = await open(server);
    using attacker = await open(server);
    attacker.client.pause();
    const text = "x".repeat(30_000);
    for (let i = 0; i < 1_000; i++) attacker.call("echo", text);
    assertEquals((await server.until({ on: "disconnected" })).cause, "backpressure");
    // The same from somebody who reads: not all at once, because Deno cannot pause who sends.
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 100; i++) healthy.call("echo", text);
      for (let i = 0; i < 100; i++) assertEquals((await healthy.next())?.result, text);
    }
    assertEquals(server.all({ on: "disconnected" }).length, 1);
  }, {
    needs: "a runtime that tells what waits",
    env: { HUB: JSON.stringify({ maxBackpressure: 4 * 1024 * 1024, backpressureTimeout: 1 }) },
  });

  test("a handshake in pieces, with all that follows it in the same frame, is one", async (server) => {
    for (const protocol of [json, messagePack]) {
      const name = protocol.name;
      const request = new TextEncoder().encode(handshakeRequest({ protocol: name, version: 1 }));
      const call = { type: 1, invocationId: "1", target: "add", arguments: [1, 2] } as const;
      const encoded = protocol.encode(call);
      const rest = typeof encoded === "string" ? new TextEncoder().encode(encoded) : encoded;
      const whole = Uint8Array.of(...request, ...rest, ...rest);
      for (const at of [0, 1, request.length - 1, request.length, whole.length - 3]) {
        using client = await server.open("/hub");
        if (at > 0) client.send(whole.slice(0, at));
        client.send(whole.slice(at));
        assertEquals(await client.message(), "{}\x1e");
        const decoder = protocol.decoder({ maxMessageSize: 1_000 });
        const came = [];
        while (came.length < 2) {
          const frame = await client.message();
          const data = typeof frame === "string" ? frame : new Uint8Array(frame!);
          came.push(...decoder.push(data));
        }
        assertEquals(came as unknown, Array(2).fill({ type: 3, invocationId: "1", result: 3 }));
      }
    }
  });

  test("a handshake without an end is refused at the size of a message", async (server) => {
    using client = await server.open("/hub");
    for (let i = 0; i < 33; i++) client.send(" ".repeat(1_024));
    const error = "An unexpected error occurred during connection handshake.";
    assertEquals(await client.message(), `${JSON.stringify({ error })}\x1e`);
    await client.closed;
  });
}

for (const runtime of runtimes) attacks(runtime);
