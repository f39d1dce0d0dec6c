import { root } from "./command.ts";
import { bundledForWorkers } from "./worker_bundle.ts";
import { within } from "./within.ts";

/** The last version that runs on Node 20; a newer one needs Node 22. It brings its workerd. */
export const MINIFLARE = "4.20260426.0";

/** What the Workers of the tests are served with: the newest date that this workerd knows. */
export const COMPATIBILITY_DATE = "2026-04-25";

const RUNNER = new URL("tests/fixtures/workerd.mjs", root);

/** Milliseconds that npm may take to install. */
const INSTALLATION = 180_000;

/** What workerd says. */
interface Listener {
  line(line: string): void;
  error(line: string): void;
}

/** How a Worker is served. */
export interface WorkerdOptions {
  /** Its own script as text, instead of the one of the suites. */
  readonly script?: string;
  readonly flags?: readonly string[];
  readonly date?: string;
  /** Durable Objects: the classes by their bindings. */
  readonly objects?: Readonly<Record<string, string>>;
  /** Variables of the Worker. */
  readonly bindings?: Readonly<Record<string, string>>;
}

/** A workerd on loopback, started by miniflare. */
export class Workerd implements AsyncDisposable {
  port = 0;
  readonly listeners = new Set<Listener>();
  readonly #process: Deno.ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    const each = (how: keyof Listener) => (line: string) => {
      for (const listener of this.listeners) listener[how](line);
    };
    this.#ended = Promise.all([
      eachLine(process.stdout, each("line")),
      eachLine(process.stderr, each("error")),
    ]);
  }

  /** Starts one with a Worker; that of the suites by default. */
  static async start(options: WorkerdOptions = {}): Promise<Workerd> {
    const home = await installed();
    const script = options.script ?? await bundledForWorkers(SUITES);
    const told = {
      date: COMPATIBILITY_DATE,
      // Who leaves is noticed by hubs over requests only with the second one.
      flags: ["nodejs_compat", "enable_request_signal"],
      objects: { UNDER_TEST: "UnderTest", SLEEPER: "Sleeper" },
      bindings: {},
      ...options,
      script,
    };
    // Deno kills its children at the end, who would leave workerd behind. What a shell has started
    // goes on until its standard input ends, and ends workerd then.
    const process = new Deno.Command("sh", {
      args: ["-c", 'exec 3<&0; node "$0" <&3 & wait $!', RUNNER.pathname],
      env: { MINIFLARE_HOME: home.pathname },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const workerd = new Workerd(process);
    const listening = Promise.withResolvers<number>();
    let errors = "";
    const listener: Listener = {
      line: (line) =>
        line.startsWith('{"listening"') && listening.resolve(JSON.parse(line).listening),
      error: (line) => errors += `${line}\n`,
    };
    workerd.listeners.add(listener);
    process.status.then(() => listening.reject(new Error(`workerd has ended:\n${errors}`)));
    const writer = process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${JSON.stringify(told)}\n`));
    writer.releaseLock();
    workerd.port = await within(listening.promise, `workerd to listen; it says:\n${errors}`);
    workerd.listeners.delete(listener);
    return workerd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close();
    await this.#process.status;
    await this.#ended;
  }
}

/** The Worker around the apps of the suites. */
const SUITES = new URL("tests/fixtures/workers_server.ts", root);

let home: Promise<URL> | undefined;

/** The folder in which miniflare is installed: once, for all tests of the project. */
function installed(): Promise<URL> {
  return home ??= install();
}

async function install(): Promise<URL> {
  const folder = new URL(`node_modules/.edgesocket/miniflare-${MINIFLARE}/`, root);
  if (await exists(folder)) return folder;
  // Test files run side by side: it is made elsewhere, and put there at once.
  const own = new URL(`../miniflare-${crypto.randomUUID()}/`, folder);
  await Deno.mkdir(own, { recursive: true });
  await Deno.writeTextFile(new URL("package.json", own), "{}\n");
  const command = new Deno.Command("npm", {
    args: ["install", "--no-audit", "--no-fund", "--silent", `miniflare@${MINIFLARE}`],
    cwd: own,
    signal: AbortSignal.timeout(INSTALLATION),
  });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`Cannot install miniflare: ${new TextDecoder().decode(stderr)}`);
  try {
    await Deno.rename(own, folder);
  } catch {
    await Deno.remove(own, { recursive: true });
  }
  return folder;
}

async function exists(folder: URL): Promise<boolean> {
  try {
    return (await Deno.stat(folder)).isDirectory;
  } catch {
    return false;
  }
}

async function eachLine(stream: ReadableStream<Uint8Array>, task: (line: string) => void) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) task(line);
  }
  if (rest !== "") task(rest);
}
