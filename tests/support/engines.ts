import { ListeningProcess } from "./listening_process.ts";
import { freePort, onFreePort } from "./port.ts";

/** How an engine is started. */
interface Kind {
  readonly name: "redis" | "nats";
  readonly programs: readonly string[];
  /** What it says once it listens. */
  readonly ready: RegExp;
  /** `keeps`: what was written is there again after it was killed. */
  args(port: number, folder: string, password: string | undefined, keeps: boolean): string[];
}

const KINDS: readonly Kind[] = [
  {
    name: "redis",
    programs: ["redis-server", "/usr/bin/redis-server"],
    ready: /ready to accept connections/i,
    args: (port, folder, password, keeps) => [
      ...["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", ""],
      ...keeps ? ["--appendonly", "yes", "--appendfsync", "always"] : [],
      ...password === undefined ? [] : ["--requirepass", password],
    ],
  },
  {
    name: "nats",
    // Debian puts it where not every PATH leads.
    programs: ["nats-server", "/usr/sbin/nats-server"],
    ready: /Server is ready/,
    args: (port, folder, password, keeps) => [
      ...["-a", "127.0.0.1", "-p", `${port}`, "-js"],
      // Without that, each start has a folder of its own.
      ...["-sd", keeps ? folder : `${folder}/${crypto.randomUUID()}`],
      ...password === undefined ? [] : ["--user", "test", "--pass", password],
    ],
  },
];

function programOf({ programs }: Kind): string | undefined {
  return programs.find((program) => {
    try {
      const args = ["--version"];
      return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync()
        .success;
    } catch {
      return false;
    }
  });
}

const installed = new Map(KINDS.map((kind) => [kind.name, programOf(kind)] as const));

/** Whether an engine is installed. */
export function hasEngine(name: "redis" | "nats"): boolean {
  return installed.get(name) !== undefined;
}

/** What a test decides on its engine. */
export interface EngineOptions {
  /** Does not run until it is started. */
  readonly away?: boolean;
  readonly password?: string;
  /** What was written is there again after it was killed. */
  readonly keeps?: boolean;
  /** Where its port comes from. */
  readonly pick?: () => number;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/** An engine of our own: a process on a free port of loopback, with a folder that goes with it. */
export class TestEngine implements AsyncDisposable {
  readonly port: number;
  readonly name: "redis" | "nats";
  readonly #kind: Kind;
  readonly #folder: string;
  readonly #password: string | undefined;
  readonly #keeps: boolean;
  #process: ListeningProcess | undefined;

  private constructor(
    kind: Kind,
    port: number,
    folder: string,
    { password, keeps = false }: EngineOptions,
  ) {
    this.name = kind.name;
    this.port = port;
    this.#kind = kind;
    this.#folder = folder;
    this.#password = password;
    this.#keeps = keeps;
  }

  /** One that runs, unless it is to be `away`. */
  static async create(
    name: "redis" | "nats",
    options: EngineOptions = {},
  ): Promise<TestEngine> {
    const kind = KINDS.find((kind) => kind.name === name)!;
    const folder = await Deno.makeTempDir({ prefix: "edgesocket_engine_" });
    const { away = false, pick = freePort } = options;
    if (away) return new TestEngine(kind, pick(), folder, options);
    try {
      return await onFreePort(async (port) => {
        const engine = new TestEngine(kind, port, folder, options);
        await engine.start();
        return engine;
      }, pick);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  get url(): string {
    return this.name === "redis" ? `redis://127.0.0.1:${this.port}` : `127.0.0.1:${this.port}`;
  }

  /**
   * Starts it, again if it ran before, without what it knew.
   *
   * @throws {PortTaken} If the port is somebody else's by now.
   */
  async start(): Promise<void> {
    this.#process = await ListeningProcess.start(
      installed.get(this.name)!,
      this.#kind.args(this.port, this.#folder, this.#password, this.#keeps),
      this.#kind.ready,
    );
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
    this.#process = undefined;
  }

  /** It stands still: its connections stay, and nothing comes. */
  pause(): void {
    this.#process!.kill("SIGSTOP");
  }

  /** It goes on, and reads what has come meanwhile. */
  resume(): void {
    this.#process!.kill("SIGCONT");
  }

  /** Says one command to Redis, over a connection of its own: what it answers. */
  async redis(...args: (string | Uint8Array)[]): Promise<string> {
    const connection = await Deno.connect({ port: this.port, hostname: "127.0.0.1" });
    const encoder = new TextEncoder();
    const parts = [encoder.encode(`*${args.length}\r\n`)];
    for (const arg of args) {
      const bytes = typeof arg === "string" ? encoder.encode(arg) : arg;
      parts.push(
        encoder.encode(`$${bytes.length}\r\n`),
        new Uint8Array(bytes),
        encoder.encode("\r\n"),
      );
    }
    return await this.#say(connection, parts);
  }

  /**
   * Stops it, copies what it has written, and starts it again. Returns what puts the copy in its place,
   * as somebody who restores a backup does.
   */
  async copy(): Promise<() => Promise<void>> {
    const copy = `${this.#folder}.copy`;
    await this.kill();
    await copyFolder(this.#folder, copy);
    await this.start();
    return async () => {
      await this.kill();
      await Deno.remove(this.#folder, { recursive: true });
      await Deno.rename(copy, this.#folder);
      await this.start();
    };
  }

  /** Asks NATS something, over a connection of its own. */
  async natsRequest(subject: string, text: string): Promise<void> {
    await this.natsPublish(`${subject} _INBOX.none`, new TextEncoder().encode(text));
  }

  /** Publishes to NATS, over a connection of its own. */
  async natsPublish(subject: string, bytes: Uint8Array): Promise<void> {
    const connection = await Deno.connect({ port: this.port, hostname: "127.0.0.1" });
    const encoder = new TextEncoder();
    const head = `CONNECT {"verbose":false}\r\nPUB ${subject} ${bytes.length}\r\n`;
    const parts = [encoder.encode(head), new Uint8Array(bytes), encoder.encode("\r\nPING\r\n")];
    await this.#say(connection, parts);
  }

  async #say(connection: Deno.Conn, parts: Uint8Array<ArrayBuffer>[]): Promise<string> {
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    const buffer = new Uint8Array(65_536);
    const read = await connection.read(buffer) ?? 0;
    connection.close();
    return new TextDecoder().decode(buffer.subarray(0, read));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
