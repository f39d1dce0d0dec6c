import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { OPCODE, RawClient } from "./support/raw_client.ts";
import { runtimes } from "./support/runtimes.ts";

const ROOT = new URL("..", import.meta.url);

/** deno.json's own permissions, so that the tests run what users run. */
const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
const [, , ...startArgs] = (tasks.start as string).split(" ");

for (const { name, command } of runtimes) {
  const args = name === "deno"
    ? ["run", "--quiet", "--no-lock", ...startArgs]
    : ["examples/bun/server.ts"];
  const spawn = (env: Record<string, string>) =>
    new Deno.Command(command[0]!, { args, cwd: ROOT, env, stdout: "piped", stderr: "piped" })
      .spawn();

  /** Starts the app, waits for its first line, and ends it at the end of the scope. */
  const start = async (env: Record<string, string> = {}) => {
    const child = spawn({ PORT: "0", HOST: "127.0.0.1", ...env });
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value: line = "" } = await reader.read();
    return {
      child,
      line,
      port: Number(line.match(/:(\d+)\//)?.[1]),
      async [Symbol.asyncDispose]() {
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended.
        }
        await reader.cancel();
        await child.stderr.cancel();
        await child.status;
      },
    };
  };

  Deno.test(`${name}: the echo app prints its URL`, async () => {
    await using app = await start();
    assertMatch(app.line, /^Echo app: http:\/\/127\.0\.0\.1:\d+\/\n$/);
  });

  Deno.test(`${name}: the echo app serves its page with a policy that allows no inline script`, async () => {
    await using app = await start();
    const types = { "/": "text/html", "/page.css": "text/css", "/page.js": "text/javascript" };
    for (const [path, type] of Object.entries(types)) {
      const response = await fetch(`http://127.0.0.1:${app.port}${path}`);
      assertEquals([response.status, response.headers.get("content-type")], [
        200,
        `${type}; charset=utf-8`,
      ]);
      const text = await response.text();
      if (path !== "/") continue;
      const policy = response.headers.get("content-security-policy") ?? "";
      assertStringIncludes(policy, "default-src 'none'");
      assertStringIncludes(policy, "script-src 'self'");
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
      [{ HOST: "203.0.113.1", PORT: "0" }, "Cannot"],
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
    assertEquals(
      [code, new TextDecoder().decode(stderr)],
      [1, `Cannot listen on 127.0.0.1:${app.port}: the port is taken\n`],
    );
  });
}
