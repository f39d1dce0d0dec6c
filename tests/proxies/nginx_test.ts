/** nginx with the lines of docs/proxies.md, in front of both runtimes. */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { selfSigned } from "../support/certificate.ts";
import { isMissing } from "../support/missing.ts";
import { Nginx, type NginxOptions, nginxVersion } from "../support/nginx.ts";
import { frame, handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import { HubRequests } from "../support/hub_requests.ts";
import { nativeRuntimes } from "../support/runtimes.ts";
import { ProcessServer } from "../support/process_server.ts";

const version = nginxVersion();
if (version === undefined) isMissing("nginx");

const MIB = 1024 * 1024;
const path = (options: object) => `/ws?id=a&options=${encodeURIComponent(JSON.stringify(options))}`;

/** What the proxy and the server behind it answer to a handshake. */
async function answer(client: RawClient, target: string, headers: Record<string, string>) {
  client.write(handshake(target, headers));
  const head = await client.head();
  const length = Number(head.all("content-length")[0] ?? 0);
  return { status: head.status, body: (await client.bytes(length)).toString() };
}

for (const runtime of nativeRuntimes) {
  const test = (
    title: string,
    options: NginxOptions,
    body: (nginx: Nginx, server: ProcessServer) => Promise<void>,
  ) =>
    Deno.test({
      name: `${runtime.name}: behind nginx: ${title}`,
      ignore: version === undefined,
      async fn() {
        await using server = await ProcessServer.start(runtime);
        await using nginx = await Nginx.start(server.port, options);
        await body(nginx, server);
        await server.settled();
        assertEquals(server.errors, "");
      },
    });

  const status = async (nginx: Nginx, target: string, headers: Record<string, string>) => {
    using client = await RawClient.connect(nginx.port);
    return (await answer(client, target, headers)).status;
  };

  test("echoes text and binary, and what comes with the handshake", {}, async (nginx) => {
    using client = await RawClient.connect(nginx.port);
    client.write(Buffer.concat([Buffer.from(handshake("/echo")), frame(OPCODE.text, "early")]));
    assertEquals((await client.head()).status, 101);
    assertEquals(await client.text(), "early");
    client.send(OPCODE.binary, new Uint8Array([0, 255]));
    assertEquals([...(await client.frame())!.payload], [0, 255]);
    client.send(OPCODE.ping, "p");
    assertEquals((await client.frame())?.opcode, OPCODE.pong);
    client.close(1000);
    await client.closeFrame();
  });

  test("a message of 8 MiB arrives whole, both ways", {}, async (nginx) => {
    using client = await RawClient.open(nginx.port, path({ maxPayloadLength: 8 * MIB }));
    const sent = new Uint8Array(8 * MIB);
    for (let i = 0; i < sent.length; i += 4096) sent[i] = i / 4096 % 251;
    client.send(OPCODE.binary, sent);
    const [header, payload] = [await client.bytes(10), await client.bytes(sent.length)];
    assertEquals([header[0], Number(header.readBigUInt64BE(2))], [0x82, sent.length]);
    assert(payload.equals(sent));
    client.close(1000);
    await client.closeFrame();
  });

  test("close codes and reasons pass both ways", {}, async (nginx, server) => {
    using client = await RawClient.open(nginx.port, path({}));
    client.close(4321, "app");
    await server.until({ on: "close", code: 4321, reason: "app", cause: "peer" });
    using other = await RawClient.open(nginx.port, path({}));
    other.send(OPCODE.text, "!close 4000 bye");
    assertEquals(await other.closeFrame(), { code: 4000, reason: "bye" });
    other.close(4000);
    await server.until({ on: "close", code: 4000, cause: "local" });
  });

  test("a client that vanishes is reported as such", {}, async (nginx, server) => {
    const client = await RawClient.open(nginx.port, path({}));
    client.reset();
    await server.until({ on: "close", code: 1006, cause: "network" });
  });

  test("cookies of middleware and the subprotocol are on the 101", {}, async (nginx) => {
    using client = await RawClient.connect(nginx.port);
    client.write(handshake("/cookies"));
    const cookies = (await client.head()).all("set-cookie");
    assertEquals(cookies.toSorted(), ["after=2; Path=/", "before=1; Path=/", "route=0"]);
    using speaker = await RawClient.connect(nginx.port);
    speaker.write(handshake("/protocols", { "Sec-WebSocket-Protocol": "chat.v1" }));
    assertEquals((await speaker.head()).all("sec-websocket-protocol"), ["chat.v1"]);
  });

  test("pages of the same origin may connect, others get 403", {}, async (nginx) => {
    const from = (Origin: string, Host: string) => status(nginx, "/echo", { Origin, Host });
    assertEquals(await from("http://example.com", "example.com"), 101);
    assertEquals(await from("https://example.com", "example.com"), 101);
    assertEquals(await from("http://example.com:8080", "example.com:8080"), 101);
    assertEquals(await from("http://evil.example", "example.com"), 403);
    assertEquals(await from("http://example.com:8080", "example.com"), 403);
  });

  test(
    "without Host every page gets 403, with a reason, unless the proxy is trusted",
    { without: ["proxy_set_header Host"] },
    async (nginx, server) => {
      const headers = { Host: "example.com", Origin: "http://example.com" };
      using client = await RawClient.connect(nginx.port);
      const refused = await answer(client, "/echo", headers);
      assertEquals(refused.status, 403);
      assertStringIncludes(refused.body, "expected an origin that may connect here");
      const { url } = await server.until({ on: "refused", status: 403 });
      assertStringIncludes(String(url), `http://127.0.0.1:${server.port}/`);
      assertEquals(await status(nginx, path({ trustProxy: true }), headers), 101);
    },
  );

  test("$host in the place of $http_host loses the port, and pages on other ports get 403", {
    location: ["proxy_set_header Host $host;"],
  }, async (nginx) => {
    const from = (authority: string) =>
      status(nginx, "/echo", { Host: authority, Origin: `http://${authority}` });
    assertEquals(await from("example.com:8080"), 403);
    assertEquals(await from("example.com"), 101);
  });

  test("forged X-Forwarded-* headers do not get through", {}, async (nginx) => {
    const forged = { "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http" };
    const headers = { Host: "example.com", Origin: "http://evil.example", ...forged };
    assertEquals(await status(nginx, path({ trustProxy: true }), headers), 403);
    using client = await RawClient.open(nginx.port, path({}), { "X-Forwarded-For": "1.2.3.4" });
    client.send(OPCODE.text, "!headers x-forwarded-for");
    assertEquals(await client.text(), "127.0.0.1");
  });

  const certificate = version === undefined ? undefined : selfSigned();
  if (certificate !== undefined) {
    test(
      "over TLS, pages of http are refused if the proxy is trusted",
      { certificate },
      async (nginx) => {
        const from = async (scheme: string, options: object) => {
          using client = await RawClient.secure(nginx.securePort);
          const headers = { Host: "example.com", Origin: `${scheme}://example.com` };
          return (await answer(client, path(options), headers)).status;
        };
        assertEquals(await from("https", {}), 101);
        assertEquals(await from("https", { trustProxy: true }), 101);
        assertEquals(await from("http", {}), 101);
        assertEquals(await from("http", { trustProxy: true }), 403);
      },
    );
  }

  Deno.test({
    name: `${runtime.name}: behind nginx: events of hubs and polls come at once, though it buffers`,
    ignore: version === undefined,
    async fn() {
      await using server = await ProcessServer.start(runtime, { APP: "signalr" });
      const without = ["proxy_set_header Upgrade", "proxy_set_header Connection"];
      await using nginx = await Nginx.start(server.port, { without });
      const through = {
        request: (path: string, init?: RequestInit) =>
          fetch(`http://127.0.0.1:${nginx.port}${path}`, init),
      };
      for (const open of [HubRequests.listen, HubRequests.poll]) {
        await using client = await open(through);
        for (let i = 0; i < 5; i++) {
          await client.call("echo", i);
          assertEquals(await client.next(), `{"type":3,"invocationId":"1","result":${i}}\x1e`);
        }
      }
      await server.until({ on: "disconnected" });
    },
  });

  test("without Upgrade and Connection there is no handshake", {
    without: ["proxy_set_header Upgrade", "proxy_set_header Connection"],
  }, async (nginx) => {
    assertEquals(await status(nginx, "/echo", {}), 200);
    assertEquals(await status(nginx, "/in-handler", {}), 426);
  });

  test("a proxy_read_timeout below half of idleTimeout ends silent connections", {
    location: ["proxy_read_timeout 1s;"],
  }, async (nginx, server) => {
    using client = await RawClient.open(nginx.port, path({ idleTimeout: 60 }));
    const started = performance.now();
    assertEquals((await client.end()).length, 0);
    assertLess(performance.now() - started, 5000);
    await server.until({ on: "close", code: 1006, cause: "network" });
  });

  test("a proxy_read_timeout above half of idleTimeout keeps silent connections", {
    location: ["proxy_read_timeout 2s;"],
  }, async (nginx) => {
    using client = await RawClient.open(nginx.port, path({ idleTimeout: 2 }));
    const started = performance.now();
    while (performance.now() - started < 4500) {
      assertEquals((await client.frame())?.opcode, OPCODE.ping);
      client.send(OPCODE.pong);
    }
    client.send(OPCODE.text, "still here");
    assertEquals(await client.text(), "still here");
    client.close(1000);
    await client.closeFrame();
  });

  test("a request that is never finished ends after client_header_timeout", {
    server: ["client_header_timeout 1s;"],
  }, async (nginx) => {
    using client = await RawClient.connect(nginx.port);
    client.write(handshake("/echo").slice(0, -2));
    const started = performance.now();
    await client.end();
    assertLess(performance.now() - started, 5000);
  });

  Deno.test({
    name: `${runtime.name}: behind nginx: shutdown() sends 1001 to clients`,
    ignore: version === undefined,
    async fn() {
      await using server = await ProcessServer.start(runtime);
      await using nginx = await Nginx.start(server.port);
      using client = await RawClient.open(nginx.port, path({}));
      server.signal("SIGTERM");
      assertEquals((await client.closeFrame())?.code, 1001);
      client.close(1001);
      assertEquals((await server.status).code, 0);
    },
  });
}
