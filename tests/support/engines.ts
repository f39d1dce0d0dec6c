import { ListeningProcess } from "./listening_process.ts";
import { freePort, onFreePort } from "./port.ts";

/** What a test decides on its engine. */
export interface EngineOptions {
  /** Does not run until it is started. */
  readonly away?: boolean;
  readonly password?: string;
  /** Subjects that nobody may publish or subscribe to, of NATS with a password. */
  readonly secrets?: readonly string[];
  /** Bytes that may wait for a client of NATS before it is cut off. */
  readonly maxPending?: number;
  /** What was written is there again after it was killed. */
  readonly keeps?: boolean;
  /** Where its port comes from. */
  readonly pick?: () => number;
  /** What it is told beside that, such as which cluster it is in. */
  readonly args?: readonly string[];
}

/** How an engine is started. */
interface Kind {
  readonly name: "redis" | "nats";
  readonly programs: readonly string[];
  /** What it says once it listens. */
  readonly ready: RegExp;
  args(port: number, folder: string, options: EngineOptions, monitor: number): string[];
}

const KINDS: readonly Kind[] = [
  {
    name: "redis",
    programs: ["redis-server", "/usr/bin/redis-server"],
    ready: /ready to accept connections/i,
    args: (port, folder, { password, keeps = false }) => [
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
    args(port, folder, { password, secrets, maxPending, keeps = false }, monitor) {
      const address = ["-a", "127.0.0.1", "-p", `${port}`, "-m", `${monitor}`, "-js"];
      // Without that, each start has a folder of its own.
      address.push("-sd", keeps ? folder : `${folder}/${crypto.randomUUID()}`);
      if (maxPending !== undefined) {
        const file = `${folder}/pending.conf`;
        Deno.writeTextFileSync(file, `max_pending: ${maxPending}\n`);
        return [...address, "-c", file];
      }
      if (password === undefined) return address;
      if (secrets === undefined) return [...address, "--user", "test", "--pass", password];
      const list = JSON.stringify(secrets);
      const denied = `publish: { deny: ${list} }, subscribe: { deny: ${list} }`;
      const user = `{ user: test, password: "${password}", permissions: { ${denied} } }`;
      const file = `${folder}/nats.conf`;
      Deno.writeTextFileSync(file, `authorization { users: [ ${user} ] }\n`);
      return [...address, "-c", file];
    },
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
  readonly #options: EngineOptions;
  /** Where NATS tells about itself. */
  readonly #monitor: number = freePort();
  #process: ListeningProcess | undefined;

  private constructor(kind: Kind, port: number, folder: string, options: EngineOptions) {
    this.name = kind.name;
    this.port = port;
    this.#kind = kind;
    this.#folder = folder;
    this.#options = options;
  }

  /** One that runs, unless it is to be `away`. */
  static async create(
    name: "redis" | "nats",
    options: EngineOptions = {},
  ): Promise<TestEngine> {
    const { away = false, pick = freePort } = options;
    const kind = KINDS.find((kind) => kind.name === name)!;
    const folder = await Deno.makeTempDir({ prefix: "edgesocket_engine_" });
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
   * Starts it, again if it ran before, without what it knew; on the port by which others know it.
   *
   * @throws {PortTaken} If the port is somebody else's by now.
   */
  async start(): Promise<void> {
    await onFreePort(() => this.#run(), () => this.port);
  }

  async #run(): Promise<void> {
    this.#process = await ListeningProcess.start(
      installed.get(this.name)!,
      [
        ...this.#kind.args(this.port, this.#folder, this.#options, this.#monitor),
        ...this.#options.args ?? [],
      ],
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

  /** One of the figures that NATS has of itself, such as `in_msgs`: the messages that it was sent. */
  async natsFigure(name: string): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.#monitor}/varz`);
    return (await response.json() as Record<string, number>)[name]!;
  }

  /** The topics that anybody is subscribed to, by brokers with the prefix `test`. */
  async topics(): Promise<string[]> {
    if (this.name === "redis") {
      const lines = (await this.redis("PUBSUB", "CHANNELS", "test:t:*")).split("\r\n");
      return lines.flatMap((line) => line.startsWith("test:t:") ? [line.slice(7)] : []).sort();
    }
    const response = await fetch(`http://127.0.0.1:${this.#monitor}/subsz?subs=1&limit=10000`);
    const { subscriptions_list: all } = await response.json() as {
      subscriptions_list: { subject: string }[];
    };
    const tokens = all.flatMap(({ subject }) =>
      subject.startsWith("test.t.") ? [subject.slice(7)] : []
    );
    return [...new Set(tokens.map(decodeURIComponent))].sort();
  }

  /** What one of several NATS servers says of those that lead; `undefined` if it says nothing. */
  async jetstream(): Promise<
    { leader: string; streams: { leader: string; current: boolean }[] } | undefined
  > {
    const url = `http://127.0.0.1:${this.#monitor}/jsz?streams=true&config=true`;
    try {
      const signal = AbortSignal.timeout(500);
      const { meta_cluster, account_details = [] } = await (await fetch(url, { signal })).json();
      const details = account_details.flatMap((account: { stream_detail?: unknown[] }) =>
        account.stream_detail ?? []
      ) as { cluster?: { leader?: string; replicas?: { current: boolean }[] } }[];
      const streams = details.map(({ cluster }) => ({
        leader: cluster?.leader ?? "",
        current: cluster?.replicas?.every(({ current }) => current) ?? false,
      }));
      return { leader: meta_cluster?.leader ?? "", streams };
    } catch {
      return undefined;
    }
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
