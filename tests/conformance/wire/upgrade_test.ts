/** The moment between HTTP and frames. */
import { assertEquals } from "@std/assert";
import { root } from "../../support/command.ts";
import { Messages } from "../../support/messages.ts";
import { handshake, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, closedByClient, ends, route, suite } from "../../support/suite.ts";
import { within } from "../../support/within.ts";

const GAPS = new URL("tests/fixtures/gaps_server.ts", root);

function upgradeSuite(runtime: WireRuntime): void {
  for (const mode of runtime.modes) {
    const test = suite(runtime, { MODE: mode });

    test(`${mode}: talks to a WebSocket client that is not ours`, async (server) => {
      const socket = new WebSocket(server.url(route()));
      socket.binaryType = "arraybuffer";
      const messages = new Messages();
      socket.onmessage = ({ data }) => messages.push(data);
      const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
      await within(new Promise((resolve) => socket.onopen = resolve), "an open socket");
      socket.send("grüße");
      socket.send(new Uint8Array([0, 1, 255]));
      assertEquals(await messages.next(), "grüße");
      assertEquals([...new Uint8Array(await messages.next() as ArrayBuffer)], [0, 1, 255]);
      socket.close(4321, "app");
      const { code, reason, wasClean } = await within(closed, "a close event");
      assertEquals({ code, reason, wasClean }, { code: 4321, reason: "app", wasClean: true });
      await ends(server, closedByClient(4321, "app"));
    });

    test(`${mode}: delivers what came in one packet with the handshake, after onOpen`, async (server) => {
      using client = await RawClient.connect(server.port);
      const early = new TextEncoder().encode(handshake("/ws?id=early"));
      const message = [0x81, 0x81, 0, 0, 0, 0, 0x78];
      client.write(new Uint8Array([...early, ...message]));
      assertEquals((await client.head()).status, 101);
      assertEquals(await client.text(), "x");
      await server.until({ on: "message" });
      assertEquals(server.all({ id: "early" }).map(({ on }) => on), ["open", "message"]);
    });

    test(`${mode}: does not deliver it after a close() in onOpen`, async (server) => {
      using client = await RawClient.connect(server.port);
      const early = new TextEncoder().encode(handshake("/close-in-open?id=early"));
      const message = [0x81, 0x81, 0, 0, 0, 0, 0x78];
      client.write(new Uint8Array([...early, ...message, ...message]));
      assertEquals((await client.head()).status, 101);
      const seen = await client.closeFrame();
      // Deno resets a connection on which a message comes after its close frame went out.
      const resets = runtime.gap("messages under way when we close") !== undefined;
      if (!resets || seen) assertEquals(seen, { code: 4000, reason: "bye" });
      client.close(4000, "bye");
      const { code, cause } = await server.until({ on: "close", id: "early" });
      assertEquals([code, cause], [4000, "local"]);
      assertEquals(server.all({ on: "message" }), []);
    }, { env: { APP: "lifecycle" } });

    test(`${mode}: sends each message as one frame of its kind`, async (server) => {
      using client = await RawClient.open(server.port, route());
      client.send(OPCODE.text, "!bytes");
      const frames = [];
      for (let i = 0; i < 5; i++) frames.push((await client.frame())!);
      assertEquals(frames.map(({ fin, opcode, payload }) => [fin, opcode, [...payload]]), [
        [true, OPCODE.binary, [3, 4]],
        [true, OPCODE.binary, [1, 2, 3, 4, 5, 6]],
        [true, OPCODE.binary, [2]],
        [true, OPCODE.text, []],
        [true, OPCODE.binary, []],
      ]);
    });
  }

  const written = runtime.gap("a header of the 101 that is not ASCII") ?? "grün";
  suite(runtime)(`a header of the 101 may be Latin-1: RFC 9110 §5.5`, async (server) => {
    const headers = { "x-name": "grün" };
    using client = await server.connect(route({ headers }));
    assertEquals([client.status, client.all("x-name")], [101, [written]]);
  });

  const behind = runtime.gap("an upgrade behind a request that is not answered yet");
  for (
    const [what, path, fields, status] of [
      ["accepted", "/ws?id=behind", {}, 101],
      ["refused", "/ws?id=behind", { Origin: "https://evil.example" }, 403],
      ["of another protocol", "/none", { Upgrade: "h2c" }, 404],
    ] as const
  ) {
    suite(runtime, { APP: "lifecycle" })(
      `${behind === undefined ? "" : "gap: "}an upgrade that is ${what} waits for its turn`,
      async (server) => {
        using witness = await RawClient.open(server.port, "/witness?id=witness");
        using client = await RawClient.connect(server.port);
        const first = "GET /gated HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        client.write(first + handshake(path, fields));
        await server.until({ on: "gated" });
        witness.close(1000);
        if (behind === "closed") return assertEquals((await client.end()).length, 0);
        const head = await client.head();
        await client.bytes(Number(head.all("content-length")[0]));
        const second = await client.head();
        assertEquals([head.status, second.status], [426, status === 101 ? behind ?? 101 : status]);
        if (second.status !== 101) return;
        client.send(OPCODE.text, "x");
        assertEquals(await client.text(), "x");
      },
    );
  }

  const status = runtime.gap("a sub-app behind `app.mount`")!;
  addCase(runtime, `gap: a sub-app behind app.mount gets ${status}`, async () => {
    await using server = await runtime.start({}, GAPS);
    using client = await server.connect("/mounted/ws");
    assertEquals(client.status, status);
  });
}

for (const runtime of wireRuntimes) upgradeSuite(runtime);
