import { createHash } from "node:crypto";
import { root } from "../support/command.ts";
import { Folder } from "./folder.ts";

/**
 * JSR on loopback, for one package: takes what `deno publish` uploads, and serves it as JSR does.
 *
 * Source: JSR's API as Deno calls it; https://jsr.io/docs/api (`meta.json`, `VERSION_meta.json`).
 */
export class JsrRegistry implements AsyncDisposable {
  /** What was published, by path: `mod.ts`, `src/hono.ts`. */
  readonly files: Map<string, Uint8Array<ArrayBuffer>> = new Map();
  readonly url: string;
  readonly #name: string;
  readonly #version: string;
  readonly #exports: Record<string, string>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(config: { name: string; version: string; exports: Record<string, string> }) {
    this.#name = config.name;
    this.#version = config.version;
    this.#exports = config.exports;
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => this.#answer(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Starts the registry and publishes this tree to it. */
  static async publish(): Promise<{ registry: JsrRegistry; said: string }> {
    const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
    const registry = new JsrRegistry(config);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["publish", "--allow-dirty", "--no-provenance", "--token=loopback"],
      cwd: root,
      env: { JSR_URL: registry.url, NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
    }).output();
    const said = new TextDecoder().decode(stderr);
    if (success) return { registry, said };
    await registry[Symbol.asyncDispose]();
    throw new Error(`"deno publish" failed:\n${said}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/api/")) return await this.#api(request);
    const base = `/${this.#name}/`;
    const file = this.files.get(pathname.slice(`${base}${this.#version}/`.length));
    if (pathname === `${base}meta.json`) {
      const [scope, name] = this.#name.slice(1).split("/");
      return Response.json({
        scope,
        name,
        latest: this.#version,
        // Old enough for clients that wait before they take a new version.
        versions: { [this.#version]: { createdAt: "2026-01-01T00:00:00.000Z" } },
      });
    }
    if (pathname === `${base}${this.#version}_meta.json`) {
      const manifest = [...this.files].map(([path, bytes]) => {
        const checksum = `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
        return [`/${path}`, { size: bytes.length, checksum }];
      });
      return Response.json({ manifest: Object.fromEntries(manifest), exports: this.#exports });
    }
    if (file === undefined) return new Response("Not Found", { status: 404 });
    const type = pathname.endsWith(".ts") ? "text/typescript" : "text/plain";
    return new Response(file, { headers: { "content-type": type } });
  }

  /** The three calls of `deno publish`: is this version there, is the package there, upload. */
  async #api(request: Request): Promise<Response> {
    if (request.method === "POST") {
      await this.#unpack(new Uint8Array(await request.arrayBuffer()));
      return Response.json({ id: "1", status: "success", error: null });
    }
    const published = request.url.includes("/versions/") && this.files.size === 0;
    return Response.json({}, { status: published ? 404 : 200 });
  }

  async #unpack(tarball: Uint8Array): Promise<void> {
    await using folder = await Folder.make();
    await folder.write("package.tgz", tarball);
    const { stdout } = await folder.run("tar", ["-xvzf", "package.tgz"]);
    for (const path of stdout.trim().split("\n")) {
      this.files.set(path, await Deno.readFile(folder.url(path)));
    }
  }
}
