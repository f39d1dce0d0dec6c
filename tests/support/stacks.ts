import { assertEquals } from "@std/assert";
import type { StackName } from "../fixtures/stacks/all.ts";
import { bun, deno, node } from "./runtimes.ts";
import type { ProcessServer } from "./process_server.ts";
import { addCase } from "./suite.ts";
import { bundled } from "./bundle.ts";

const SERVER = new URL("../fixtures/stack_server.ts", import.meta.url);
const CLIENT = new URL("../fixtures/stack_client.ts", import.meta.url);

/** Milliseconds for all that the clients do. */
const PATIENCE = 30_000;

/** What the clients of a stack see of a server: they run on Node, for which all of them are made. */
export async function seenBy(stack: string, url: string, script: URL = CLIENT): Promise<unknown> {
  const [program, ...args] = [...node.command, (await bundled(script)).pathname, stack, url];
  const process = new Deno.Command(program!, {
    args,
    stdin: "null",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const { stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  const line = decoder.decode(stdout).split("\n").findLast((line) => /^[[{]/.test(line));
  if (line === undefined) throw new Error(decoder.decode(stdout) + decoder.decode(stderr));
  return JSON.parse(line);
}

/** Nothing went wrong on a server, and nothing is left there. */
export async function unharmed(server: ProcessServer): Promise<void> {
  await server.settled();
  for (const on of ["unhandled", "uncaught", "reported", "report"]) {
    assertEquals(server.all({ on }), []);
  }
  assertEquals(server.errors, "");
}

/** Registers a stack, whose own clients have to see this of a server on each runtime. */
export function stackSuite(stack: StackName, expected: unknown): void {
  for (const runtime of [deno, bun, node]) {
    addCase(runtime, `${stack}, with its own clients`, async () => {
      await using server = await runtime.start({ STACK: stack }, SERVER);
      const seen = await seenBy(stack, server.url(""));
      assertEquals(seen, expected, JSON.stringify(server.reports));
      await unharmed(server);
    });
  }
}
