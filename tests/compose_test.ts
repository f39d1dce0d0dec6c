/**
 * examples/chat and examples/hub as `docker compose up` runs them, without Docker: what their files
 * name is there, and what the image of the chat runs works in a folder with nothing but what it copies.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "npm:yaml@2.9.1";
import { root } from "./support/command.ts";
import { hasEngine, TestEngine } from "./support/engines.ts";
import { freePort } from "./support/port.ts";
import { RawClient } from "./support/raw_client.ts";
import { WireClient } from "./support/wire_client.ts";

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly deploy?: { readonly replicas: number };
  readonly stop_grace_period?: string;
}

/** The files of an example. */
function example(name: "chat" | "hub") {
  const folder = new URL(`examples/${name}/`, root);
  const read = (name: string) => Deno.readTextFileSync(new URL(name, folder));
  const docker = read("Dockerfile").split("\n");
  const { services } = parse(read("compose.yaml"), { strict: true }) as {
    readonly services: Readonly<Record<string, Service>>;
  };
  /** What lines of the Docker file say that begin with a word. */
  const lines = (word: string) =>
    docker.flatMap((line) => line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []);
  return { folder, read, services, lines };
}

const isFile = (url: URL) => Deno.statSync(url).isFile;

for (const [name, service] of [["chat", "chat"], ["hub", "dashboard"]] as const) {
  const { folder, read, services, lines } = example(name);

  Deno.test(`${name}: compose.yaml names what there is: files, services, and ports`, () => {
    const { [service]: app, nginx, redis } = services;
    assertEquals(Object.keys(services).sort(), [service, "nginx", "redis"].sort());
    const context = new URL(`${app!.build!.context}/`, folder);
    assertEquals(context.href, root.href);
    assert(isFile(new URL(app!.build!.dockerfile, context)));
    for (const volume of nginx!.volumes!) assert(isFile(new URL(volume.split(":")[0]!, folder)));
    for (const name of nginx!.depends_on!) assert(name in services, name);
    assertEquals(new URL(app!.environment!.REDIS_URL!).hostname, "redis");
    assert(redis!.image!.startsWith("redis:"));
    // nginx is in front of the port that the app listens on, and Docker in front of that of nginx.
    assertStringIncludes(read("nginx.conf"), `server ${service}:${lines("EXPOSE")[0]};`);
    assertStringIncludes(read("nginx.conf"), `listen ${nginx!.ports![0]!.split(":")[1]};`);
    // More than the app takes to end its connections.
    assert(parseInt(app!.stop_grace_period!) > 10);
    assert(app!.deploy!.replicas > 1);
  });

  Deno.test(`${name}: the image has the Deno that the tests run on`, () => {
    assertEquals(lines("FROM"), [`denoland/deno:${Deno.version.deno}`]);
    const script = (JSON.parse(lines("CMD")[0]!) as string[]).at(-1)!;
    assert(isFile(new URL(script, root)));
    assertEquals(lines("RUN"), [`deno cache ${script}`]);
  });
}

const { lines } = example("chat");

const needs = hasEngine("redis") ? "" : " [needs redis-server]";

Deno.test({
  name: `deno: what the chat's image runs works with what it copies, over Redis${needs}`,
  ignore: needs !== "",
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "edgesocket_image_" });
  await using engine = await TestEngine.create("redis");
  try {
    for (const line of lines("COPY")) {
      const words = line.split(" ");
      const target = words.pop()!;
      for (const word of words) {
        const to = target.endsWith("/") ? `${folder}/${target}${word}` : `${folder}/${target}`;
        const args = ["-r", new URL(word, root).pathname, to];
        assertEquals((await new Deno.Command("cp", { args }).output()).code, 0, word);
      }
    }
    for (const line of lines("RUN")) {
      const [program, ...args] = line.split(" ");
      assertEquals(program, "deno");
      const options = { args, cwd: folder, stdout: "null", stderr: "piped" } as const;
      const { code, stderr } = await new Deno.Command(Deno.execPath(), options).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    }
    const chats = await Promise.all([start(folder, engine.url), start(folder, engine.url)]);
    try {
      const [ada, bob] = await Promise.all(
        chats.map(async ({ port }) =>
          await WireClient.connect(await RawClient.connect(port), "/ws?room=a&name=x", {})
        ),
      );
      // Redis learns in its own time who wants to hear: whoever is not there yet hears the next one.
      const says = setInterval(() => ada!.send("hello"), 50);
      try {
        for (const client of [ada, bob]) {
          const { line } = JSON.parse(`${await client!.message()}`);
          assertEquals(line, { name: "x", text: "hello" });
        }
      } finally {
        clearInterval(says);
      }
    } finally {
      for (const { process } of chats) process.kill("SIGTERM");
      for (const { process } of chats) assertEquals((await process.status).code, 0);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Starts what the image starts, and waits until it is connected to its engine. */
async function start(folder: string, engine: string) {
  const port = freePort();
  const process = new Deno.Command(Deno.execPath(), {
    args: JSON.parse(lines("CMD")[0]!),
    cwd: folder,
    env: { PORT: `${port}`, REDIS_URL: engine },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let said = "";
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!said.includes("Engine: up")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`expected a chat that is up, got:\n${said}`);
    said += value;
  }
  reader.releaseLock();
  await process.stdout.cancel().catch(() => {});
  return { process, port };
}
