import { demand, run } from "./command.ts";

const BUN_VERSION = "1.4.5";

/** A runtime that servers run on. */
export interface Runtime {
  readonly version: string;
  /** The program and its first arguments; the script comes next. Garbage can be collected. */
  readonly command: readonly string[];
}

/** All of them. */
export interface Runtimes {
  readonly bun: Runtime;
  readonly deno: Runtime;
  readonly node: Runtime;
}

/**
 * Finds the runtimes: the Deno that runs us, Node, and Bun, on the PATH or from npm.
 *
 * @throws {Error} If one is missing.
 */
export async function findRuntimes(): Promise<Runtimes> {
  const bun = await findBun();
  const node = await demand(["node", "--version"]);
  return {
    bun: { version: await demand([bun, "--version"]), command: [bun] },
    deno: {
      version: Deno.version.deno,
      command: [
        Deno.execPath(),
        ...["run", "--quiet", "--no-lock", "--allow-all", "--v8-flags=--expose-gc"],
      ],
    },
    node: { version: node.slice(1), command: ["node", "--expose-gc"] },
  };
}

async function findBun(): Promise<string> {
  const onPath = await run(["sh", "-c", "command -v bun"]);
  if (onPath.ok && (await run([onPath.text, "--version"])).text === BUN_VERSION) return onPath.text;
  const found = await demand(
    ["npm", "exec", "--yes", `--package=bun@${BUN_VERSION}`, "-c", "command -v bun"],
  );
  return found.split("\n").at(-1)!;
}
