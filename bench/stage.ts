import { copy } from "./copy.ts";
import { demand, run } from "./command.ts";
import type { Contender } from "./contenders.ts";
import type { Runtimes } from "./runtimes.ts";

/** The peers, as npm names them. */
export const PEERS = {
  hono: "4.13.19",
  crossws: "0.4.17",
  ws: "8.23.0",
  "@hono/node-server": "2.1.8",
  "@microsoft/signalr": "10.0.11",
  redis: "6.3.1",
  "@nats-io/transport-node": "3.4.0",
  "@nats-io/jetstream": "3.4.0",
  valibot: "1.5.0",
  "socket.io": "4.8.4",
  "@socket.io/bun-engine": "0.1.2",
  "@socket.io/redis-adapter": "8.3.0",
  "@trpc/server": "11.25.2",
} as const;

/** What a contender needs of the repository. */
const OURS = ["mod.ts", "src"];
const BENCH = [
  ...["bun", "core_time", "lines", "peak", "statistics"].map((file) => `bench/${file}.ts`),
  "bench/servers",
  "bench/load",
];
/** What runs on Node, which does not read TypeScript in version 20. */
const ON_NODE = [
  ...[
    "node_ws",
    "node_ws_request",
    "edgesocket_node",
    "edgesocket_hub",
    "calls",
    "edgesocket_scale",
    "scale",
    "edgesocket_client",
    "microsoft_client",
  ].map((script) => `servers/${script}`),
  "load/ws",
];

/**
 * A folder outside of the repository that servers run in: a copy of the code as it is now, so that
 * nobody changes it under way, beside the peers, so that all of them resolve to one copy of Hono.
 */
export class Stage implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Copies and installs.
   *
   * @param root The repository's folder.
   * @param base A version in git or a folder: what contenders "at base" run.
   */
  static async set(root: string, runtimes: Runtimes, base: string | undefined): Promise<Stage> {
    const stage = new Stage(await Deno.makeTempDir({ prefix: "edgesocket-bench-" }));
    const { folder } = stage;
    await Deno.writeTextFile(
      `${folder}/package.json`,
      JSON.stringify({ private: true, type: "module", dependencies: PEERS }),
    );
    await demand(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"], folder);
    for (const path of [...OURS, ...BENCH]) await copy(root, `${folder}/current`, path);
    const bundle = (version: string, path: string) => [
      ...[...runtimes.bun.command, "build", "--target=node", "--packages=external"],
      ...[`${path}.ts`, `--outfile=${path}.js`].map((part) =>
        part.replace(path, `${folder}/${version}/bench/${path}`)
      ),
    ];
    for (const path of ON_NODE) await demand(bundle("current", path));
    if (base !== undefined) {
      await stage.#setBase(root, base);
      // A version that had no entry for Node takes no part there.
      await run(bundle("base", "servers/edgesocket_node"));
    }
    return stage;
  }

  /** The file that starts a contender. */
  script({ runtime, script, base }: Contender): string {
    const extension = runtime === "node" ? "js" : "ts";
    return `${this.folder}/${base ? "base" : "current"}/bench/servers/${script}.${extension}`;
  }

  /** The file that starts the load generator. */
  get load(): string {
    return `${this.folder}/current/bench/load/main.ts`;
  }

  /** The same for the one that is not ours. */
  get otherLoad(): string {
    return `${this.folder}/current/bench/load/ws.js`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }

  async #setBase(root: string, base: string): Promise<void> {
    const target = `${this.folder}/base`;
    await Deno.mkdir(target);
    const isFolder = await Deno.stat(base).then((entry) => entry.isDirectory, () => false);
    if (isFolder) {
      for (const path of OURS) await copy(base, target, path);
    } else {
      const archive = `${this.folder}/base.tar`;
      await demand(["git", "archive", `--output=${archive}`, base, ...OURS], root);
      await demand(["tar", "-xf", archive, "-C", target]);
    }
    // The same servers for both: what differs is edgesocket alone.
    for (const path of BENCH) await copy(root, target, path);
  }
}
