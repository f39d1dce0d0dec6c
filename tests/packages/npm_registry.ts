import { createHash } from "node:crypto";
import { output } from "../support/command.ts";
import { isMissing } from "../support/missing.ts";

const lookup = ["view", "hono", "version", "--fetch-retries=0"];
const answers = await output("npm", lookup, 20_000) !== undefined;
if (!answers) isMissing("npm, with a registry that answers");

/** Options of a test that installs packages from the registry that npm is set up with. */
export const needsNpm = { ignore: !answers };

/** What package.json says, as far as a registry has to know. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly [key: string]: unknown;
}

/**
 * An npm registry on loopback that has one package, and sends clients on to the registry that npm is
 * set up with for all others.
 */
export class NpmRegistry implements AsyncDisposable {
  readonly url: string;
  readonly #server: Deno.HttpServer;

  private constructor(server: Deno.HttpServer<Deno.NetAddr>) {
    this.#server = server;
    this.url = `http://127.0.0.1:${server.addr.port}/`;
  }

  static async start(manifest: Manifest, tarball: Uint8Array<ArrayBuffer>): Promise<NpmRegistry> {
    const upstream = await output("npm", ["config", "get", "registry"], 20_000);
    if (upstream === undefined) throw new Error("Cannot find npm's registry: npm does not run");
    const { name, version } = manifest;
    const file = `/${name}/-/${name}-${version}.tgz`;
    const digest = (algorithm: string, encoding: "base64" | "hex") =>
      createHash(algorithm).update(tarball).digest(encoding);

    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      const { origin, pathname } = new URL(request.url);
      if (pathname === file) return new Response(tarball);
      if (pathname !== `/${name}`) return Response.redirect(new URL(pathname.slice(1), upstream));
      const dist = {
        tarball: origin + file,
        integrity: `sha512-${digest("sha512", "base64")}`,
        shasum: digest("sha1", "hex"),
      };
      return Response.json({
        name,
        "dist-tags": { latest: version },
        // Old enough for clients that wait before they take a new version.
        time: { [version]: "2026-01-01T00:00:00.000Z" },
        versions: { [version]: { ...manifest, dist } },
      });
    });
    return new NpmRegistry(server);
  }

  /** What makes npm, Bun and Deno use it, with caches of their own. */
  env(cache: string): Record<string, string> {
    return {
      NPM_CONFIG_REGISTRY: this.url,
      npm_config_registry: this.url,
      npm_config_cache: `${cache}/npm`,
      BUN_INSTALL_CACHE_DIR: `${cache}/bun`,
      DENO_DIR: `${cache}/deno`,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
