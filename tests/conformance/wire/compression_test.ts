/** Compressed messages: RFC 7692. The attack that they allow, and the clients that want them. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { Buffer } from "node:buffer";
import { WebSocket } from "npm:ws@8.23.0";
import { BURST } from "../../fixtures/compression_app.ts";
import { root } from "../../support/command.ts";
import {
  COMPRESSED,
  deflated,
  deflatedToTheEnd,
  dense,
  messageIn,
  OFFER,
} from "../../support/deflate.ts";
import type { ProcessServer } from "../../support/process_server.ts";
import { frame, handshake, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, closedByClient, ends, suite } from "../../support/suite.ts";
import { within } from "../../support/within.ts";

const REFUSED = new URL("tests/fixtures/refused_options.ts", root);
const EXTENSIONS = "sec-websocket-extensions";
const KIB = 1024;
const MIB = 1024 * KIB;
const LONG = "all work and no play makes a dull message. ".repeat(200);

/** A client that offers what it says, and the extensions of the 101. */
async function offering({ port }: ProcessServer, path: string, headers: Record<string, string>) {
  const client = await RawClient.connect(port);
  client.write(handshake(path, headers));
  const head = await client.head();
  assertEquals(head.status, 101);
  return Object.assign(client, { agreed: head.all(EXTENSIONS) });
}

/** Whether a message comes back compressed. */
async function comesBack(client: RawClient, text: string): Promise<boolean> {
  client.send(OPCODE.text, text);
  const frame = await client.frame();
  assertEquals(messageIn(frame).toString(), text);
  return frame!.rsv === COMPRESSED.rsv;
}

/** The most memory that a process has had, in bytes. */
function most({ pid }: ProcessServer): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return KIB * Number(status.match(/^VmHWM:\s+(\d+) kB$/m)![1]);
}

/** 64 MiB of zeros: a thousandth of it on the wire. */
let bomb: Uint8Array | undefined;

function compressionSuite(runtime: WireRuntime): void {
  const test = suite(runtime, { APP: "compression" });

  if (runtime.gap("the option `compression`") === "TypeError") {
    addCase(runtime, "gap: compression is refused at setup", async () => {
      await using server = await runtime.start({ OPTIONS: '{"compression":true}' }, REFUSED);
      const { name, message } = await server.until({ on: "refused" });
      assertEquals([name, message], [
        "TypeError",
        "Cannot use option compression: expected a runtime that compresses (Bun; Node by the entry for Node), got one that does not",
      ]);
    });
  }

  test(
    "off by default: no offer is taken, and a route that wants it is reported",
    async (server) => {
      using client = await offering(server, "/echo", OFFER);
      assertEquals([client.agreed, await comesBack(client, LONG)], [[], false]);
      assertEquals(server.all({ on: "report" }), []);
      using short = await offering(server, "/short", OFFER);
      assertEquals([short.agreed, await comesBack(short, LONG)], [[], false]);
      const { kind, cause } = await server.until({ on: "report" });
      assertEquals([kind, cause], ["option", "compression"]);
    },
    { env: { COMPRESSION: "false" } },
  );

  const changed = runtime.gap("bytes that are changed right after `send()`");
  test(
    `gap: without compression, bytes that change right after send() go out ${
      changed ?? "as they were"
    }`,
    async (server) => {
      using client = await offering(server, "/echo", OFFER);
      client.send(OPCODE.text, "change");
      const now = changed === "changed" ? 2 : 1;
      assertEquals([...new Set((await client.frame())!.payload)], [now]);
    },
    { env: { COMPRESSION: "false" } },
  );

  if (!runtime.abilities.compression) return;

  for (const mode of runtime.modes) {
    if (mode === "bare") continue;
    test(`${mode}: compresses for whoever offers it`, async (server) => {
      using client = await offering(server, "/echo", OFFER);
      assertEquals(await comesBack(client, LONG), true);
    }, { env: { MODE: mode } });
  }

  test("long messages are compressed for a client that offers it, short ones not", async (server) => {
    using client = await offering(server, "/echo", OFFER);
    const [agreed] = client.agreed;
    assert(agreed!.startsWith("permessage-deflate"), agreed);
    // What one message says cannot be told from the length of the next.
    assert(agreed!.includes("server_no_context_takeover"), agreed);
    assertEquals(await comesBack(client, LONG), true);
    assertEquals(await comesBack(client, "short"), false);
    assertEquals(await comesBack(client, "x".repeat(1_023)), false);
    assertEquals(await comesBack(client, "x".repeat(1_024)), true);
    // Three bytes of UTF-8 each.
    assertEquals(await comesBack(client, "€".repeat(342)), true);
    client.send(OPCODE.binary, new Uint8Array(5_000));
    const bytes = await client.frame();
    assertEquals([bytes?.opcode, bytes?.rsv, messageIn(bytes).length], [OPCODE.binary, 4, 5_000]);
    assertLess(bytes!.payload.length, 100);
  });

  test("each message is compressed by itself", async (server) => {
    using client = await offering(server, "/echo", OFFER);
    client.send(OPCODE.text, LONG);
    client.send(OPCODE.text, LONG);
    const [first, second] = [await client.frame(), await client.frame()];
    assertEquals(first?.payload, second?.payload);
  });

  test("compressed messages of clients are taken, in fragments and empty ones too", async (server) => {
    using client = await offering(server, "/echo", OFFER);
    const bytes = deflated(LONG);
    client.send(OPCODE.text, bytes, COMPRESSED);
    assertEquals(messageIn(await client.frame()).toString(), LONG);
    client.send(OPCODE.text, bytes.subarray(0, 20), { ...COMPRESSED, fin: false });
    client.send(OPCODE.ping, "between");
    assertEquals((await client.frame())?.payload.toString(), "between");
    client.send(OPCODE.continuation, bytes.subarray(20));
    assertEquals(messageIn(await client.frame()).toString(), LONG);
    client.send(OPCODE.text, deflated(""), COMPRESSED);
    assertEquals((await client.frame())?.payload.length, 0);
    assertEquals(await comesBack(client, "not compressed"), false);
  });

  test("nothing is compressed for a client that does not offer it", async (server) => {
    using client = await offering(server, "/echo", {});
    assertEquals([client.agreed, await comesBack(client, LONG)], [[], false]);
  });

  test("a route that does not want it takes no offer, but its request has it", async (server) => {
    using client = await offering(server, "/plain", OFFER);
    assertEquals([client.agreed, await comesBack(client, LONG)], [[], false]);
    client.send(OPCODE.text, "!headers sec-websocket-extensions");
    assertEquals(await client.text(), OFFER["Sec-WebSocket-Extensions"]);
    client.send(OPCODE.text, deflated(LONG), COMPRESSED);
    assertEquals((await client.closeFrame())?.code, 1002);
  });

  test("a route has a threshold of its own, and so has a server", async (server) => {
    using short = await offering(server, "/short", OFFER);
    assertEquals(await comesBack(short, "x".repeat(9)), false);
    assertEquals(await comesBack(short, "x".repeat(10)), true);
    await using other = await runtime.start({
      APP: "compression",
      COMPRESSION: '{"threshold":3000}',
    });
    using client = await offering(other, "/echo", OFFER);
    assertEquals(await comesBack(client, "x".repeat(2_999)), false);
    assertEquals(await comesBack(client, "x".repeat(3_000)), true);
  });

  for (
    const offer of [
      "permessage-deflate; nonsense",
      "permessage-deflate; server_max_window_bits=99",
      "permessage-deflate; client_no_context_takeover=1",
      "x-unknown; a=1, permessage-deflat",
      ';;; , "',
    ]
  ) {
    test(`who offers ${offer} gets a connection all the same`, async (server) => {
      using client = await offering(server, "/echo", { "Sec-WebSocket-Extensions": offer });
      assertEquals(await comesBack(client, "hello"), false);
    });
  }

  test("bytes that change after send() go out as they were", async (server) => {
    using client = await offering(server, "/echo", OFFER);
    client.send(OPCODE.text, "change");
    assertEquals([...new Set(messageIn(await client.frame()))], [1]);
  });

  test("a burst goes out whole and in order, and the close frame behind it", async (server) => {
    using client = await offering(server, "/echo", OFFER);
    client.send(OPCODE.text, "burst");
    for (let i = 0; i < BURST.count; i++) {
      const frame = await client.frame();
      if (frame?.rsv !== 4 || messageIn(frame).toString() !== dense(i, BURST.size)) {
        throw new Error(`message ${i} is not the next`);
      }
    }
    assertEquals(await client.closeFrame(), { code: 4000, reason: "that was all" });
  });

  test("the client of ws compresses both ways", async (server) => {
    const socket = new WebSocket(server.url("/echo"), { perMessageDeflate: { threshold: 10 } });
    const messages: unknown[] = [];
    const closed = Promise.withResolvers<void>();
    socket.on("message", (data: Uint8Array, isBinary: boolean) => {
      messages.push(isBinary ? data.length : `${data}`);
      if (messages.length === 3) socket.close(1000);
    });
    socket.on("close", () => closed.resolve()).on("error", closed.reject);
    socket.on("open", () => {
      for (const message of [LONG, new Uint8Array(300_000), "short"]) socket.send(message);
    });
    await within(closed.promise, "an end");
    assertEquals(messages, [LONG, 300_000, "short"]);
    assertEquals(socket.extensions, "permessage-deflate");
    await ends(server, closedByClient(1000));
  });

  test(
    "a bomb ends with 1009, costs a piece of what it holds, and harms nobody",
    async (server) => {
      using neighbour = await offering(server, "/echo", OFFER);
      // As much as there may be, compressed to a thousandth too: that is no bomb.
      const healthy = "x".repeat(MIB);
      neighbour.send(OPCODE.text, deflated(healthy), COMPRESSED);
      assertEquals(messageIn(await neighbour.frame()).toString(), healthy);
      const before = most(server);
      const bytes = bomb ??= deflated(new Uint8Array(64 * MIB));
      assertLess(bytes.length, 66 * KIB);
      for (let i = 1; i <= 10; i++) {
        using attacker = await offering(server, "/echo?id=attacker", OFFER);
        attacker.send(OPCODE.binary, bytes, COMPRESSED);
        const close = await attacker.closeFrame();
        attacker.close(1009);
        assertEquals(close?.code, 1009);
        await server.until({ on: "close", cause: "payload-too-large" }, i);
        assertEquals(await comesBack(neighbour, "still here"), false);
      }
      assertLess(most(server) - before, 32 * MIB);
    },
    { needs: "/proc" },
  );

  test("a message that says where it ends is taken", async (server) => {
    using client = await offering(server, "/echo", OFFER);
    for (const text of ["short", LONG, dense(1, 100_000)]) {
      client.send(OPCODE.text, deflatedToTheEnd(text), COMPRESSED);
      assertEquals(messageIn(await client.frame()).toString(), text);
    }
  });

  const bytes = deflated("hello hello hello hello");
  for (
    const [what, ...frames] of [
      ["a ping that is compressed", frame(OPCODE.ping, "x", COMPRESSED)],
      ["a close frame that is", frame(OPCODE.close, new Uint8Array([3, 232]), COMPRESSED)],
      [
        "a fragment that says so again",
        frame(OPCODE.text, bytes.subarray(0, 3), { ...COMPRESSED, fin: false }),
        frame(OPCODE.continuation, bytes.subarray(3), COMPRESSED),
      ],
      [
        "a fragment that says so first",
        frame(OPCODE.text, "a", { fin: false }),
        frame(OPCODE.continuation, bytes, COMPRESSED),
      ],
      ["another reserved bit", frame(OPCODE.text, bytes, { rsv: 2 })],
      ["another one beside", frame(OPCODE.text, bytes, { rsv: 6 })],
    ] as const
  ) {
    test(`${what} breaks the rules`, async (server) => {
      using client = await offering(server, "/echo", OFFER);
      for (const one of frames) client.write(one);
      assertEquals((await client.closeFrame())?.code, 1002);
      assertEquals((await server.until({ on: "close" })).cause, "network");
    });
  }

  test("a message that is damaged ends its own connection only", async (server) => {
    using neighbour = await offering(server, "/echo?id=neighbour", OFFER);
    for (
      const bytes of [
        new Uint8Array(50).fill(0xff),
        new Uint8Array(5_000).fill(0xff),
        // A good beginning.
        Buffer.concat([deflated(LONG), new Uint8Array([6, 0xff])]),
      ]
    ) {
      using client = await offering(server, "/echo", OFFER);
      client.send(OPCODE.text, bytes, COMPRESSED);
      assertEquals((await client.closeFrame())?.code, 1007);
    }
    await server.until({ on: "close", cause: "network" }, 3);
    assertEquals(await comesBack(neighbour, LONG), true);
  });
}

for (const runtime of wireRuntimes) compressionSuite(runtime);
