import { root } from "../support/command.ts";

/** What a command did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The standard output of a command that succeeded. */
export function succeeded({ code, stdout, stderr }: Outcome): string {
  if (code !== 0) throw new Error(`Exit code ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/** An empty folder for one user of the package; gone at the end of the scope. */
export class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    return new Folder(await Deno.makeTempDir({ prefix: "edgesocket_" }));
  }

  /** The URL of a file in it. */
  url(name: string): URL {
    return new URL(name, `file://${this.path}/`);
  }

  /** Writes a file: JSON for an object. */
  async write(name: string, content: string | Uint8Array | Record<string, unknown>): Promise<void> {
    if (content instanceof Uint8Array) await Deno.writeFile(this.url(name), content);
    else {
      const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
      await Deno.writeTextFile(this.url(name), text);
    }
  }

  /** Copies a fixture, with `edgesocket` and `hono` under the specifiers that this user imports. */
  async copy(name: string, edgesocket: string, hono = "hono"): Promise<void> {
    const fixture = new URL(`tests/packages/fixtures/${name}`, root);
    const text = (await Deno.readTextFile(fixture))
      .replaceAll(`from "@edgesocket/edgesocket`, `from "${edgesocket}`)
      .replaceAll(`from "hono`, `from "${hono}`);
    await this.write(name, text);
  }

  /** Runs a command in it. */
  async run(command: string, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args,
      cwd: this.path,
      env: { NO_COLOR: "1", npm_config_update_notifier: "false", ...env },
      stdin: "null",
      signal: AbortSignal.timeout(120_000),
    }).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
