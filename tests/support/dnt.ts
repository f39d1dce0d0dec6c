/**
 * The part of `@deno/dnt` that npm-build.ts uses, as types: the stand-in for type checks on networks
 * that do not reach JSR. It builds nothing.
 */

/** Libraries of TypeScript, by the names that dnt takes. */
type LibName = "ES2022" | "DOM" | "DOM.Iterable" | "ESNext.Disposable";

/** How to build an npm package. */
export interface BuildOptions {
  entryPoints: (string | { name: string; path: string })[];
  outDir: string;
  shims: Record<string, never>;
  test: boolean;
  scriptModule: false;
  skipSourceOutput: boolean;
  typeCheck: "single";
  compilerOptions: { lib: LibName[]; target: "ES2022" };
  mappings: Record<string, { name: string; version: string; peerDependency: boolean }>;
  package: { name: string; version: string; devDependencies: Record<string, string> };
}

/** Builds an npm package. */
export declare function build(options: BuildOptions): Promise<void>;

/** Empties a folder, or makes it. */
export declare function emptyDir(folder: string): Promise<void>;
