import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { spawnApp, startApp } from "./support/echo_app.ts";
import { OPCODE, RawClient } from "./support/raw_client.ts";
import { ProcessServer } from "./support/process_server.ts";
import { root } from "./support/command.ts";
import { playground } from "./support/examples.ts";
import { nativeRuntimes, node } from "./support/runtimes.ts";

/** The folder whose files are served. */
const PAGE = new URL("../examples/page/", import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

Deno.test("deno: the echo app needs the network and no other permission", async () => {
  const command = [Deno.execPath(), "run", "--no-lock", "--no-prompt", "--allow-net"];
  command.push(`--preload=${new URL("fixtures/free_port.ts", import.meta.url)}`);
  const script = new URL("../examples/deno/server.ts", import.meta.url);
  await using server = await ProcessServer.start({ command }, {}, script);
  using client = await RawClient.open(server.port, "/ws");
  client.send(OPCODE.text, "hi");
  assertEquals(await client.text(), "hi");
  const page = await server.request("/");
  assertStringIncludes(await page.text(), "Communication Log");
  assertEquals(server.errors, "");
});

for (const runtime of nativeRuntimes) {
  const { name } = runtime;
  const spawn = (env: Record<string, string>) => spawnApp(runtime, env);
  const start = (env: Record<string, string> = {}) => startApp(runtime, env);

  Deno.test(`${name}: the echo app prints its URL`, async () => {
    await using app = await start();
    assertMatch(app.line, /^Echo app: http:\/\/127\.0\.0\.1:\d+\/\n$/);
  });

  Deno.test(`${name}: the echo app serves its page with a policy that allows no inline script`, async () => {
    await using app = await start();
    for (const { name } of Deno.readDirSync(PAGE)) {
      const path = name === "index.html" ? "" : name;
      const response = await fetch(`http://127.0.0.1:${app.port}/${path}`);
      const type = TYPES[name.split(".").at(-1)!];
      assertEquals([response.status, response.headers.get("content-type")], [200, type], name);
      const text = await response.text();
      assertEquals(text, Deno.readTextFileSync(new URL(name, PAGE)));
      if (name !== "index.html") continue;
      const policy = response.headers.get("content-security-policy") ?? "";
      assertStringIncludes(policy, "default-src 'none'");
      assertStringIncludes(policy, "script-src 'self';");
      assertStringIncludes(policy, "worker-src 'self';");
      assertStringIncludes(policy, "connect-src 'self';");
      for (const part of ["Connect", "Send", "Close Socket", "Communication Log"]) {
        assertStringIncludes(text, part);
      }
      assertEquals(/<script(?![^>]*src=)|<style|\son\w+=|style=/.test(text), false);
    }
  });

  Deno.test(`${name}: the echo app echoes text and binary, and the client's close`, async () => {
    await using app = await start();
    using client = await RawClient.open(app.port, "/ws", {
      Origin: "http://127.0.0.1",
      Host: "127.0.0.1",
    });
    client.send(OPCODE.text, "<b>grüße</b>");
    assertEquals(await client.text(), "<b>grüße</b>");
    client.send(OPCODE.binary, new Uint8Array([0, 255]));
    const frame = await client.frame();
    assertEquals([frame?.opcode, ...frame!.payload], [OPCODE.binary, 0, 255]);
    client.close(4321, "app");
    assertEquals(await client.closeFrame(), { code: 4321, reason: "app" });
  });

  Deno.test(`${name}: the echo app refuses pages of other origins`, async () => {
    await using app = await start();
    const response = await fetch(`http://127.0.0.1:${app.port}/ws`);
    assertEquals(response.status, 404);
    await response.body?.cancel();
    using client = await RawClient.connect(app.port);
    client.write(
      "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
        "Origin: http://127.0.0.1:1\r\n\r\n",
    );
    assertEquals((await client.head()).status, 403);
  });

  Deno.test(`${name}: the echo app sends a file again only if it has changed`, async () => {
    await using app = await start();
    const url = `http://127.0.0.1:${app.port}/page.js`;
    const first = await fetch(url);
    await first.body?.cancel();
    const etag = first.headers.get("etag") ?? "";
    assertMatch(etag, /^"[^"]+"$/);
    assertEquals(first.headers.get("cache-control"), "no-cache");
    for (const [tag, status] of [[etag, 304], ['"other"', 200]] as const) {
      const response = await fetch(url, { headers: { "if-none-match": tag } });
      await response.body?.cancel();
      assertEquals(response.status, status);
    }
  });

  Deno.test(`${name}: the echo app tells what it would say to a handshake`, async () => {
    await using app = await start();
    const url = `http://127.0.0.1:${app.port}/verdict`;
    const post = async (body: string) => {
      const response = await fetch(url, { method: "POST", body });
      return [response.status, await response.json()];
    };
    const judged = async (headers: Record<string, unknown>) => {
      const [status, verdict] = await post(JSON.stringify({ headers }));
      assertEquals(status, 200);
      return verdict.kind === "refused" ? verdict.status : verdict.kind;
    };
    assertEquals(await judged({}), "accepted");
    assertEquals(await judged({ Origin: `http://127.0.0.1:${app.port}` }), "accepted");
    assertEquals(await judged({ Origin: "https://evil.example" }), 403);
    assertEquals(await judged({ "Sec-WebSocket-Version": "12" }), 426);
    assertEquals(await judged({ Connection: null }), 400);
    assertEquals(await judged({ Upgrade: null }), "not-an-upgrade");
    for (
      const [body, said] of [
        ["{", "expected JSON"],
        ["[]", "expected JSON"],
        ['{"headers":[]}', "expected JSON"],
        ['{"headers":{"origin":1}}', "expected JSON"],
        ['{"headers":{"or igin":""}}', "expected names and values of headers"],
        ['{"headers":{"origin":"a\\nb"}}', "expected names and values of headers"],
      ] as const
    ) {
      const [status, { error }] = await post(body);
      assertEquals(status, 400, body);
      assertStringIncludes(error, said);
    }
    assertEquals((await post(" ".repeat(17 * 1024)))[0], 413);
    const asked = await fetch(url, { headers: { origin: "https://evil.example" } });
    assertEquals(asked.headers.get("access-control-allow-origin"), "*");
    assertEquals((await asked.json()).status, 403);
  });

  Deno.test(`${name}: the echo app tells its own page what it really says, at any path`, async () => {
    await using app = await start();
    const own = `127.0.0.1:${app.port}`;
    const ask = async (origin: string | undefined, handshake: unknown) => {
      const response = await fetch(`http://${own}/verdict`, {
        method: "POST",
        body: JSON.stringify(handshake),
        headers: { ...origin && { origin } },
      });
      return [response.status, await response.json()] as const;
    };
    const path = "/ws";
    assertEquals(await ask(`http://${own}`, { path, protocols: ["a", "b"] }), [200, {
      kind: "accepted",
      protocol: "",
      path,
    }]);
    const [, refused] = await ask(`http://${own}`, { path, protocols: ["a", "a"] });
    assertEquals([refused.kind, refused.status], ["refused", 400]);
    assertEquals(await ask(`http://${own}`, { path: "/no", protocols: [] }), [200, {
      kind: "not-an-upgrade",
      status: 404,
      path: "/no",
    }]);
    // Wherever it seems to lead, it is this server that is asked.
    for (const path of ["//127.0.0.1:1/ws", "/@127.0.0.1:1/"]) {
      const [status, { kind }] = await ask(`http://${own}`, { path, protocols: [] });
      assertEquals([status, kind], [200, "not-an-upgrade"], path);
    }
    // What trusts this machine is not asked for pages from elsewhere.
    for (const origin of [undefined, "null", "https://evil.example", "http://127.0.0.1:1"]) {
      const [status, { error }] = await ask(origin, { path: "/secret", protocols: [] });
      assertEquals(status, 403, origin);
      assertStringIncludes(error, "expected a page of this server");
    }
    // Nothing but a path and names: no line of its own in the request.
    for (
      const wrong of [
        { path: "ws", protocols: [] },
        { path: "/a b", protocols: [] },
        { path: "/a\r\nb: c", protocols: [] },
        { path, protocols: ["a\r\nb: c"] },
        { path, protocols: "a" },
        { path },
      ]
    ) assertEquals((await ask(`http://${own}`, wrong))[0], 400, JSON.stringify(wrong));
    // A page from elsewhere hears of /ws only.
    const elsewhere = await fetch(`http://${own}/verdict?path=/no&protocols=a`, {
      headers: { origin: "https://evil.example" },
    });
    const { kind, status, path: asked } = await elsewhere.json();
    assertEquals([kind, status, asked], ["refused", 403, "/ws"]);
  });

  Deno.test(`${name}: the echo app closes the connections with which it tries itself`, async () => {
    await using app = await start();
    const url = `http://127.0.0.1:${app.port}/verdict`;
    for (let count = 0; count < 3; count++) {
      const response = await fetch(url, { headers: { origin: `http://127.0.0.1:${app.port}` } });
      assertEquals((await response.json()).kind, "accepted");
    }
    for (let count = 0; count < 3; count++) {
      assertEquals(await app.nextLine(), "closed 1000 peer");
    }
  });

  Deno.test(`${name}: the echo app lets its page connect elsewhere only if it is told to`, async () => {
    for (const [ANY_SERVER, wide] of [["0", false], ["1", true]] as const) {
      await using app = await start({ ANY_SERVER });
      const response = await fetch(`http://127.0.0.1:${app.port}/`);
      const policy = response.headers.get("content-security-policy")!;
      assertEquals(policy.includes("connect-src 'self' ws: wss:"), wide);
      assertEquals((await response.text()).includes("<body data-any-server"), wide);
    }
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.test(`${name}: the echo app ends on ${signal} with 1001 and exit code 0`, async () => {
      await using app = await start();
      using client = await RawClient.open(app.port, "/ws");
      app.child.kill(signal);
      assertEquals((await client.closeFrame())?.code, 1001);
      client.close(1001);
      assertEquals((await app.child.status).code, 0);
    });
  }

  for (
    const [env, said] of [
      [{ PORT: "http" }, 'expected PORT to be a number from 0 to 65535, got "http"'],
      [{ PORT: "65536" }, 'expected PORT to be a number from 0 to 65535, got "65536"'],
      [{ PORT: "" }, 'expected PORT to be a number from 0 to 65535, got ""'],
      [{ ANY_SERVER: "yes", PORT: "0" }, 'expected ANY_SERVER to be 0 or 1, got "yes"'],
      [{ HOST: "203.0.113.1", PORT: "0" }, "Cannot"],
      [{ INSPECT: "yes", PORT: "0" }, 'expected INSPECT to be 0 or 1, got "yes"'],
      [
        { INSPECT: "1", INSPECT_TOKEN: "guess me", PORT: "0" },
        "expected INSPECT_TOKEN to have at least 32 characters, got 8",
      ],
      [
        { INSPECT: "1", HOST: "0.0.0.0", PORT: "0" },
        'expected HOST to be of this machine, such as 127.0.0.1, where INSPECT is 1 and there is no INSPECT_TOKEN, got "0.0.0.0"',
      ],
    ] as const
  ) {
    Deno.test(`${name}: the echo app says in one line what is wrong with ${JSON.stringify(env)}`, async () => {
      const { code, stderr, stdout } = await spawn({ HOST: "127.0.0.1", ...env }).output();
      const lines = new TextDecoder().decode(stderr).trimEnd().split("\n");
      assertEquals([code, lines.length, stdout.length], [1, 1, 0], lines.join("\n"));
      assertStringIncludes(lines[0]!, said);
    });
  }

  Deno.test(`${name}: the echo app says in one line that its port is taken`, async () => {
    await using app = await start();
    const { code, stderr } = await spawn({ HOST: "127.0.0.1", PORT: `${app.port}` }).output();
    const said = `Cannot listen on 127.0.0.1:${app.port}: the port is taken`;
    assertEquals(
      [code, new TextDecoder().decode(stderr)],
      [1, `${said}; PORT=8001 in the environment chooses another one\n`],
    );
  });
}

Deno.test("node: the example echoes, and ends on SIGTERM with 1001", async () => {
  const paths = ["tests/fixtures/free_port_node.ts", "examples/node/server.ts"];
  const imports = paths.map((path) => `import ${JSON.stringify(new URL(path, root).pathname)};\n`);
  const program = { name: "example", info: "ts", code: imports.join("") };
  await using folder = await playground([program]);
  await using server = await node.start({}, new URL(`file://${folder.path(program)}`));
  using client = await RawClient.open(server.port, "/ws");
  client.send(OPCODE.text, "hi");
  assertEquals(await client.text(), "hi");
  server.signal("SIGTERM");
  assertEquals((await client.closeFrame())?.code, 1001);
  client.close(1001);
  assertEquals((await server.status).code, 0);
});
