/** The files of examples/deploy and the page that shows them: the same lines, and lines that work. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { root } from "./support/command.ts";
import { fencesIn, playground } from "./support/examples.ts";
import { offlineImports } from "./support/imports.ts";
import { isMissing } from "./support/missing.ts";
import { onFreePort, PortTaken } from "./support/port.ts";
import { handshake, OPCODE, RawClient } from "./support/raw_client.ts";
import { nativeRuntimes } from "./support/runtimes.ts";
import { within } from "./support/within.ts";

const fences = fencesIn("docs/deployment.md", read("docs/deployment.md"));
const unit = read("examples/deploy/chat.service");

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, root));
}

function fence(info: string): string {
  const found = fences.find((one) => one.info === info);
  assert(found, `docs/deployment.md has no ${info}`);
  return found.code;
}

/** The words of the last line of a Docker file. */
function commandOf(name: string): string[] {
  const line = read(`examples/deploy/${name}.Dockerfile`).match(/^CMD (\[.*\])$/m)?.[1];
  return JSON.parse(line!);
}

/** What Docker and systemd run, after the program's name. */
const COMMANDS = { deno: commandOf("deno"), bun: commandOf("bun").slice(1) };

/** Connects as soon as the server listens; `undefined` if it ends before. */
async function connected(port: number, ended: Promise<unknown>): Promise<RawClient | undefined> {
  let over = false;
  ended.then(() => over = true);
  for (let i = 0; i < 500 && !over; i++) {
    try {
      return await RawClient.open(port, "/ws");
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  if (over) return undefined;
  throw new Error("expected a server that listens");
}

for (const name of ["deno.Dockerfile", "bun.Dockerfile"]) {
  Deno.test(`docs/deployment.md shows ${name} as it is`, () => {
    const file = read(`examples/deploy/${name}`).replaceAll(/^#.*\n/gm, "");
    assertEquals(fence(`dockerfile ${name}`), file);
  });
}

Deno.test("docs/deployment.md shows lines of chat.service, which runs what the Docker file runs", () => {
  const lines = unit.split("\n");
  for (const line of fence("ini").trim().split("\n")) assert(lines.includes(line), line);
  assert(lines.includes(`ExecStart=/usr/local/bin/deno ${COMMANDS.deno.join(" ")}`));
});

Deno.test("docs/deployment.md says what each flag of Deno is for", () => {
  const page = read("docs/deployment.md");
  for (const flag of COMMANDS.deno.filter((word) => word.startsWith("--"))) {
    assertStringIncludes(page, `| \`${flag}\``);
  }
});

const ANALYZE = "/usr/bin/systemd-analyze";
const systemd = await Deno.stat(ANALYZE).then(() => true, () => false);
if (!systemd) isMissing("systemd-analyze");

Deno.test({
  name: "systemd finds nothing wrong in chat.service",
  ignore: !systemd,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/chat.service`;
      await Deno.writeTextFile(path, unit.replace("/usr/local/bin/deno", Deno.execPath()));
      const { code, stderr } = await new Deno.Command(ANALYZE, { args: ["verify", path] }).output();
      // It looks at other units of the machine, too.
      const said = new TextDecoder().decode(stderr).split("\n");
      assertEquals([code, said.filter((line) => line.includes("chat.service"))], [0, []]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Asks until the answer is yes, for ten seconds at most. */
async function until(question: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (await question()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("expected it within ten seconds");
}

/**
 * Runs a sample of the page as Docker and systemd do, with a client, until it has ended. `said`: what
 * it may have written to standard error, and nothing else.
 */
async function run(
  { name, command }: typeof nativeRuntimes[number],
  info: string,
  task: (server: Deno.ChildProcess, client: RawClient, port: number) => Promise<void>,
  said = "",
): Promise<void> {
  const sample = { ...fences.find((fence) => fence.info === info)!, name: "server" };
  await using folder = await playground([sample]);
  await onFreePort(async (port) => {
    const args = COMMANDS[name].map((word) => word.replace(":8000", `:${port}`));
    if (name === "deno") {
      args.splice(1, 0, "--quiet", "--no-lock", `--import-map=${await offlineImports()}`);
    }
    const server = new Deno.Command(command[0]!, {
      args,
      cwd: folder.root,
      env: { PORT: `${port}` },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const ended = server.output();
    try {
      using client = await connected(port, ended);
      if (client === undefined) {
        const why = new TextDecoder().decode((await ended).stderr);
        throw /in use|is taken/.test(why) ? new PortTaken(why) : new Error(why);
      }
      client.send(OPCODE.text, "hi");
      assertEquals(await client.text(), "hi");
      await task(server, client, port);
      const { code, stderr } = await within(ended, "the end of the process");
      assertEquals([code, new TextDecoder().decode(stderr).replace(said, "")], [0, ""]);
    } finally {
      try {
        server.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await ended;
    }
  });
}

for (const runtime of nativeRuntimes) {
  Deno.test(`${runtime.name}: the command of Docker and systemd serves, and ends on SIGTERM with 1001`, () =>
    run(runtime, "ts production", async (server, client) => {
      server.kill("SIGTERM");
      assertEquals((await client.closeFrame())?.code, 1001);
      client.close(1001);
    }));

  Deno.test(`${runtime.name}: a server that drains is not ready, takes nobody in, and hurries if it is told again`, () =>
    run(runtime, "ts drain", async (server, client, port) => {
      const ready = async () => {
        const response = await fetch(`http://127.0.0.1:${port}/ready`);
        return [response.status, await response.text()];
      };
      assertEquals(await ready(), [200, "listening"]);
      server.kill("SIGTERM");
      await until(async () => (await ready())[0] === 503);
      assertEquals(await ready(), [503, "draining"]);
      using late = await RawClient.connect(port);
      late.write(handshake("/ws"));
      assertEquals((await late.head()).status, 503);
      client.send(OPCODE.text, "still here");
      assertEquals(await client.text(), "still here");
      server.kill("SIGTERM");
      assertEquals(await client.closeFrame(), { code: 1012, reason: "Server restarting" });
      client.close(1012);
    }, "edgesocket refused a WebSocket handshake with 503: the server is shutting down\n"));
}
