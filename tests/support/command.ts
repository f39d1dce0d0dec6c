/** The project's folder. */
export const root = new URL("../..", import.meta.url);

/** What a command prints, or `undefined` if it fails or takes longer than `timeout` milliseconds. */
export async function output(
  command: string,
  args: string[],
  timeout: number,
): Promise<string | undefined> {
  try {
    const child = new Deno.Command(command, {
      args,
      cwd: root,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(timeout),
    });
    const { success, stdout } = await child.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
