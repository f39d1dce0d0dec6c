/**
 * What others do in the trial of `replay_test.ts`: `deno task test tests/long/peers.ts`. No suite runs
 * it, for it says nothing of edgesocket; docs/scale-out.md has what it said. It installs Socket.IO and
 * its adapter for Redis streams from npm, runs two processes of it on Node, and cuts them, their
 * clients and Redis as it cuts ours. `REPLAY_SECONDS` and `REPLAY_SUBSCRIBERS` say how long and how many.
 */
import { assert, assertEquals } from "@std/assert";
import { root } from "../support/command.ts";
import { hasEngine, TestEngine } from "../support/engines.ts";
import { ProcessServer } from "../support/process_server.ts";
import { cutAtRandom, sleep } from "../support/random_cuts.ts";
import { type Log, type Sent, tallyOf } from "../support/tally.ts";

const SECONDS = Number(Deno.env.get("REPLAY_SECONDS") ?? 60);
const SUBSCRIBERS = Deno.env.get("REPLAY_SUBSCRIBERS") ?? "100";

/** As many messages as ours keep in that trial. */
const KEPT = "100000";

const PACKAGES = [
  ...["socket.io@4.8.4", "socket.io-client@4.8.4", "@socket.io/redis-streams-adapter@0.3.1"],
  "redis@6.3.1",
];

const NODE = { command: ["node"] };

/** A folder with both programs beside what they need. */
async function install(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "edgesocket_peers_" });
  for (const name of ["socket_io_server", "socket_io_clients"]) {
    const from = new URL(`tests/fixtures/peers/${name}.mjs`, root);
    await Deno.copyFile(from, `${folder}/${name}.mjs`);
  }
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...PACKAGES];
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true }');
  const { success } = await new Deno.Command("npm", { args, cwd: folder }).output();
  assert(success, "npm install has failed");
  return folder;
}

const needs = hasEngine("redis") ? "" : " [needs redis-server]";

Deno.test({
  name: `node: Socket.IO over Redis streams: ${SUBSCRIBERS} subscribers, ${SECONDS} s${needs}`,
  ignore: needs !== "",
}, async () => {
  const folder = await install();
  const script = (name: string) => new URL(`file://${folder}/${name}.mjs`);
  await using engine = await TestEngine.create("redis", { keeps: true });
  const names: string[] = [];
  const reports: ProcessServer[] = [];
  const start = async () => {
    const NAME = String.fromCharCode(97 + names.length);
    const env = { ENGINE_PORT: `${engine.port}`, NAME, KEPT };
    const server = await ProcessServer.start(NODE, env, script("socket_io_server"));
    names.push(NAME);
    reports.push(server);
    return server;
  };
  const servers = [await start(), await start()];
  const PORTS = () => servers.map(({ port }) => port).join();
  const env = { PORTS: PORTS(), SUBSCRIBERS };
  await using clients = await ProcessServer.start(NODE, env, script("socket_io_clients"));
  const say = async (server: ProcessServer, path: string) =>
    await (await server.request(path)).text();
  await clients.until({ on: "connected" }, Number(SUBSCRIBERS));
  for (const server of servers) await say(server, "/begin");
  const ended = new Set<ProcessServer>();
  const cuts = await cutAtRandom({
    engine,
    cut: () => say(clients, "/cut"),
    async restart(i) {
      ended.add(servers[i]!);
      await servers[i]![Symbol.asyncDispose]();
      servers[i] = await start();
      await say(clients, `/ports?${PORTS()}`);
      await say(servers[i]!, "/begin");
    },
  }, SECONDS);
  for (const server of servers) await say(server, "/stop");
  // Whatever waits for its turn anywhere has time enough, then those who wait for the last word.
  await sleep(6_000);
  await say(servers[0]!, "/end");
  await sleep(6_000);
  const sent = new Map(reports.map((server, i): [string, Sent] => {
    const { count = 0 } = server.all({ on: "published" }).at(-1) ?? {};
    return [names[i]!, { count: count as number, ended: ended.has(server) }];
  }));
  const { logs, comebacks, recovered } = JSON.parse(await say(clients, "/logs")) as {
    readonly logs: readonly Log[];
    readonly comebacks: number;
    readonly recovered: number;
  };
  assertEquals(logs.length, Number(SUBSCRIBERS));
  const published = [...sent.values()].reduce((sum, { count }) => sum + count, 0);
  const faults = reports.flatMap((server) => [
    ...server.all({ on: "uncaught" }),
    ...server.all({ on: "unhandled" }),
  ]);
  console.log(JSON.stringify({
    published,
    ...tallyOf(logs, sent),
    comebacks,
    recovered,
    ended: clients.all({ on: "ended" }).length,
    cuts,
    faults: faults.length,
    first: faults[0],
  }));
  for (const server of servers) await server[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});
