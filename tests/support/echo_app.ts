import type { WireRuntime } from "./runtimes.ts";
import { root } from "./command.ts";
import { within } from "./within.ts";

/** deno.json's own permissions, so that the tests run what users run. */
const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const argsOf = (task: string) => (tasks[task] as string).split(" ").slice(2);

/** Which app: the task that starts it on Deno, and what Bun runs. */
export interface AppScript {
  readonly task: string;
  readonly bun: string;
}

/** The echo app. */
const ECHO: AppScript = { task: "start", bun: "examples/bun/server.ts" };

/** The chat. */
export const CHAT: AppScript = { task: "start:chat", bun: "examples/chat/server.ts" };

/** The dashboard. */
export const HUB: AppScript = { task: "start:hub", bun: "examples/hub/server.ts" };

/** An app, as its task and Bun run it. */
export interface EchoApp extends AsyncDisposable {
  readonly child: Deno.ChildProcess;
  /** The first line that it printed. */
  readonly line: string;
  readonly port: number;
  /** The next line that it prints. */
  nextLine(): Promise<string>;
}

/** Starts the app without waiting for anything. */
export function spawnApp(
  { name, command }: WireRuntime,
  env: Record<string, string>,
  { task, bun }: AppScript = ECHO,
) {
  const args = name === "deno" ? ["run", "--quiet", "--no-lock", ...argsOf(task)] : [bun];
  return new Deno.Command(command[0]!, { args, cwd: root, env, stdout: "piped", stderr: "piped" })
    .spawn();
}

/** Starts the app, waits for its first line, and ends it at the end of the scope. */
export async function startApp(
  runtime: WireRuntime,
  env: Record<string, string> = {},
  script: AppScript = ECHO,
): Promise<EchoApp> {
  const child = spawnApp(runtime, { PORT: "0", HOST: "127.0.0.1", ...env }, script);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value: line = "" } = await reader.read();
  let printed = "";
  return {
    child,
    line,
    async nextLine() {
      while (!printed.includes("\n")) {
        const { value, done } = await within(reader.read(), "the next line");
        if (done) throw new Error("expected another line, got the end of the output");
        printed += value;
      }
      const end = printed.indexOf("\n");
      const next = printed.slice(0, end);
      printed = printed.slice(end + 1);
      return next;
    },
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
}
