import { root } from "./command.ts";

/** The lines of docs/proxies.md for nginx. */
const SNIPPET = Deno.readTextFileSync(new URL("docs/proxies.md", root))
  .match(/```nginx\n([^]*?)```/)![1]!;

const PROGRAM = "/usr/sbin/nginx";

/** The version, or `undefined` where there is no nginx. */
export function nginxVersion(): string | undefined {
  try {
    const { stderr } = new Deno.Command(PROGRAM, { args: ["-v"], stderr: "piped" }).outputSync();
    return new TextDecoder().decode(stderr).match(/nginx\/([\d.]+)/)?.[1];
  } catch {
    return undefined;
  }
}

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return (listener.addr as Deno.NetAddr).port;
}

/** The start of a line that may stand only once: `proxy_set_header` may for each header. */
function directiveOf(line: string): string {
  return line.match(/^(proxy_set_header )?\S+/)![0];
}

/** What a test changes in the lines of the documentation. */
export interface NginxOptions {
  /** Directives to leave out, as they begin. */
  readonly without?: readonly string[];
  /** Lines for the location, in the place of those with the same directive. */
  readonly location?: readonly string[];
  /** Lines for the server. */
  readonly server?: readonly string[];
  /** Serves TLS too, on `securePort`. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** An nginx of our own, with the lines of the documentation, in front of a server. */
export class Nginx implements AsyncDisposable {
  readonly port: number = freePort();
  readonly securePort: number = freePort();
  readonly #folder: string;
  #process: Deno.ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts it in front of the server on `backend`. */
  static async start(backend: number, options: NginxOptions = {}): Promise<Nginx> {
    const nginx = await Nginx.#create();
    await nginx.#start(await nginx.#configuration(backend, options));
    return nginx;
  }

  /** Starts it with a configuration of its own, made of the port and a folder for what it writes. */
  static async run(configuration: (port: number, folder: string) => string): Promise<Nginx> {
    const nginx = await Nginx.#create();
    await nginx.#start(configuration(nginx.port, nginx.#folder));
    return nginx;
  }

  static async #create(): Promise<Nginx> {
    return new Nginx(await Deno.makeTempDir({ prefix: "edgesocket_nginx_" }));
  }

  async #start(configuration: string): Promise<void> {
    const folder = this.#folder;
    await Deno.writeTextFile(`${folder}/nginx.conf`, configuration);
    this.#process = new Deno.Command(PROGRAM, {
      args: ["-p", folder, "-c", `${folder}/nginx.conf`, "-e", "stderr"],
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    await this.#listening();
  }

  /** The lines that say where it writes. */
  static temporary(folder: string): string {
    return ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  }

  async #configuration(backend: number, options: NginxOptions): Promise<string> {
    const { without = [], location = [], server = [], certificate } = options;
    const listen = [`listen 127.0.0.1:${this.port};`];
    if (certificate) {
      await Deno.writeTextFile(`${this.#folder}/cert.pem`, certificate.cert);
      await Deno.writeTextFile(`${this.#folder}/key.pem`, certificate.key);
      listen.push(`listen 127.0.0.1:${this.securePort} ssl;`);
      listen.push("ssl_certificate cert.pem; ssl_certificate_key key.pem;");
    }
    const dropped = [...without, ...location.map(directiveOf)];
    const lines = SNIPPET.split("\n").filter((line) =>
      !dropped.some((start) => line.trim().startsWith(start))
    );
    const site = lines.join("\n")
      .replace("listen 80;", [...listen, ...server].join("\n"))
      .replace("http://127.0.0.1:8000;", `http://127.0.0.1:${backend};\n${location.join("\n")}`);
    const temporary = Nginx.temporary(this.#folder);
    return `daemon off; master_process off; pid nginx.pid; events {}
      http { access_log off; ${temporary}\n${site}\n}`;
  }

  async #listening(): Promise<void> {
    const end = Date.now() + 10_000;
    for (;;) {
      try {
        return (await Deno.connect({ port: this.port, hostname: "127.0.0.1" })).close();
      } catch (error) {
        if (Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}
