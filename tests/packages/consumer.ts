import { npmPackage } from "./build.ts";
import { Folder } from "./folder.ts";
import { NpmRegistry } from "./npm_registry.ts";

/** A user: an empty folder, and what tells its package manager where the package is. */
export interface Consumer extends AsyncDisposable {
  readonly folder: Folder;
  readonly env: Record<string, string>;
}

/** An empty folder whose package manager finds the package in a registry. */
export async function consumer(): Promise<Consumer> {
  const { manifest, tarball } = await npmPackage();
  const registry = await NpmRegistry.start(manifest, tarball);
  const folder = await Folder.make();
  await folder.write("package.json", { private: true, type: "module" });
  return {
    folder,
    env: registry.env(`${folder.path}/cache`),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}
