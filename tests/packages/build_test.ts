import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { root } from "../support/command.ts";
import { Folder, type Outcome, succeeded } from "./folder.ts";

/** Where nothing listens, in the place of JSR. */
const NO_JSR = { JSR_URL: "http://127.0.0.1:1/" };

const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));

/** What `deno task build:npm` does where JSR is out of reach, into `npm` in a folder. */
function build(folder: Folder, script: string, ...args: string[]): Promise<Outcome> {
  const run = ["run", "-A", "--quiet", "--no-lock", script, ...args, `${folder.path}/npm`];
  return folder.run(Deno.execPath(), run, NO_JSR);
}

const ours = new URL("npm-build.ts", root).pathname;

/** A copy of what the build reads, to be changed. */
async function copy(): Promise<Folder> {
  const folder = await Folder.make();
  const sources = ["npm-build.ts", ...config.publish.include];
  const from = sources.map((path) => new URL(path, root).pathname.replace(/\/$/, ""));
  succeeded(await folder.run("cp", ["-R", ...from, folder.path]));
  return folder;
}

/** package.json of what was built in a folder. */
const manifestOf = (folder: Folder) =>
  Deno.readTextFile(folder.url("npm/package.json")).then(JSON.parse);

Deno.test("without JSR the build fails, says what to do, and leaves no package", async () => {
  await using folder = await Folder.make();
  const { code, stderr } = await build(folder, ours);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^Cannot build: dnt comes from JSR, and [^\n]+\nBuild where JSR answers, or /,
  );
  assertStringIncludes(stderr, "deno task build:npm --pack");
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

Deno.test("a package of `--pack` says that it is none to publish, and npm refuses it", async () => {
  await using folder = await Folder.make();
  const { code, stderr } = await build(folder, ours, "--pack");
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^JSR does not answer: [^\n]+ not to be published\n$/);
  assertEquals((await manifestOf(folder)).private, true);
  const registry = "http://127.0.0.1:1/";
  const token = "--//127.0.0.1:1/:_authToken=none";
  const publish = ["publish", `--registry=${registry}`, token, "--fetch-retries=0", "./npm"];
  const refused = await folder.run("npm", publish);
  assert(refused.code !== 0);
  assertStringIncludes(refused.stderr, "EPRIVATE");
});

Deno.test("exports, version and the range of the optional peer are those of deno.json", async () => {
  await using folder = await copy();
  const exports = { ...config.exports, "./extra": "./src/extra.ts" };
  const imports = { ...config.imports, hono: "npm:hono@~4.13.0" };
  await folder.write("deno.json", { ...config, exports, imports, version: "1.2.3" });
  await folder.write("src/extra.ts", `/** The answer. */\nexport const answer: number = 42;\n`);
  succeeded(await build(folder, "npm-build.ts", "--pack"));
  const built = await manifestOf(folder);
  assertEquals(Object.keys(built.exports), Object.keys(exports));
  const { types, default: code } = built.exports["./extra"];
  assertStringIncludes(await Deno.readTextFile(folder.url(`npm/${types}`)), "answer: number");
  assertEquals((await import(folder.url(`npm/${code}`).href)).answer, 42);
  assertEquals([built.version, built.peerDependencies.hono], ["1.2.3", "~4.13.0"]);
});

Deno.test("an export with a type to be inferred fails the build: its types would be left out", async () => {
  await using folder = await copy();
  const code = await Deno.readTextFile(folder.url("mod.ts"));
  await folder.write("mod.ts", `${code}\n/** Slow. */\nexport const slow = [1].map(String);\n`);
  const { code: exit, stderr } = await build(folder, "npm-build.ts", "--pack");
  assertEquals(exit, 1);
  assertStringIncludes(stderr, "missing-explicit-type");
  assertStringIncludes(stderr, 'Cannot build: "deno publish" failed');
});
