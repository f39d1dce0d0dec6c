/** What a command printed. */
export interface Output {
  readonly ok: boolean;
  /** Standard output, trimmed. */
  readonly text: string;
  readonly errors: string;
}

/** Runs a command to its end. A program that is not there counts as one that failed. */
export async function run(command: readonly string[], cwd?: string): Promise<Output> {
  const [program, ...args] = command;
  try {
    const child = new Deno.Command(program!, { args, ...(cwd ? { cwd } : {}), stdin: "null" });
    const { success, stdout, stderr } = await child.output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return { ok: success, text: decode(stdout), errors: decode(stderr) };
  } catch (error) {
    return { ok: false, text: "", errors: String(error) };
  }
}

/**
 * Runs a command that has to work, and returns what it printed.
 *
 * @throws {Error} If it failed; with what it said.
 */
export async function demand(command: readonly string[], cwd?: string): Promise<string> {
  const { ok, text, errors } = await run(command, cwd);
  if (ok) return text;
  throw new Error(`Cannot run "${command.join(" ")}": ${errors || text || "it failed"}`);
}
