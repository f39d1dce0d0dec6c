import { root } from "./command.ts";
import { ListeningProcess } from "./listening_process.ts";
import { freePort, onFreePort } from "./port.ts";

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

/** What it says of its sockets, once it has all of them. */
const READY = /using the "\w+" event method/;

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
  readonly port: number;
  readonly securePort: number;
  readonly #folder: string;
  readonly #process: ListeningProcess;

  private constructor(port: number, securePort: number, folder: string, process: ListeningProcess) {
    this.port = port;
    this.securePort = securePort;
    this.#folder = folder;
    this.#process = process;
  }

  /** Starts it in front of the server on `backend`. */
  static start(backend: number, options: NginxOptions = {}): Promise<Nginx> {
    return Nginx.#create((port, folder, securePort) =>
      configuration(backend, options, port, folder, securePort)
    );
  }

  /**
   * Starts it with a configuration of its own, made of the port and a folder for what it writes. If
   * somebody else has taken the port, another configuration is made, of another port.
   */
  static run(configuration: (port: number, folder: string) => string): Promise<Nginx> {
    return Nginx.#create((port, folder) => Promise.resolve(configuration(port, folder)));
  }

  static async #create(
    configuration: (port: number, folder: string, securePort: number) => Promise<string>,
  ): Promise<Nginx> {
    const folder = await Deno.makeTempDir({ prefix: "edgesocket_nginx_" });
    const file = `${folder}/nginx.conf`;
    const args = ["-p", folder, "-c", file, "-e", "stderr", "-g", "error_log stderr notice;"];
    try {
      return await onFreePort(async (port) => {
        const securePort = freePort();
        await Deno.writeTextFile(file, await configuration(port, folder, securePort));
        const process = await ListeningProcess.start(PROGRAM, args, READY);
        return new Nginx(port, securePort, folder, process);
      });
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  /** The lines that say where it writes. */
  static temporary(folder: string): string {
    return ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** The lines of the documentation, with what a test changes in them. */
async function configuration(
  backend: number,
  options: NginxOptions,
  port: number,
  folder: string,
  securePort: number,
): Promise<string> {
  const { without = [], location = [], server = [], certificate } = options;
  const listen = [`listen 127.0.0.1:${port};`];
  if (certificate) {
    await Deno.writeTextFile(`${folder}/cert.pem`, certificate.cert);
    await Deno.writeTextFile(`${folder}/key.pem`, certificate.key);
    listen.push(`listen 127.0.0.1:${securePort} ssl;`);
    listen.push("ssl_certificate cert.pem; ssl_certificate_key key.pem;");
  }
  const dropped = [...without, ...location.map(directiveOf)];
  const lines = SNIPPET.split("\n").filter((line) =>
    !dropped.some((start) => line.trim().startsWith(start))
  );
  const site = lines.join("\n")
    .replace("listen 80;", [...listen, ...server].join("\n"))
    .replace("http://127.0.0.1:8000;", `http://127.0.0.1:${backend};\n${location.join("\n")}`);
  const temporary = Nginx.temporary(folder);
  return `daemon off; master_process off; pid nginx.pid; events {}
      http { access_log off; ${temporary}\n${site}\n}`;
}
