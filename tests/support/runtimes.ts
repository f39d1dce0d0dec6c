/** A runtime that servers under test run on. */
export interface Runtime {
  readonly name: "deno" | "bun";
  /** The program and its first arguments; the script comes next. */
  readonly command: readonly string[];
}

/** The Deno that runs the tests. */
export const deno: Runtime = {
  name: "deno",
  command: [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-lock",
    "--allow-all",
    "--v8-flags=--expose-gc",
  ],
};

/** The Bun that the test command found, or the one on the PATH. */
export const bun: Runtime = { name: "bun", command: [Deno.env.get("BUN") ?? "bun"] };

/** Every runtime that the conformance suite has to pass on. */
export const runtimes: readonly Runtime[] = [deno, bun];
