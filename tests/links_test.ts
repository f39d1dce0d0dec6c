/** Links in the Markdown files lead to files and headings that exist. */
import { assert, assertEquals } from "@std/assert";
import { root } from "./support/command.ts";

const FOLDERS = ["", "docs/", "docs/upstream/", ".github/", ".github/ISSUE_TEMPLATE/"];

const pages = new Map(
  FOLDERS.flatMap((folder) =>
    [...Deno.readDirSync(new URL(folder, root))].filter(({ name }) => name.endsWith(".md"))
      .map(({ name }) =>
        [folder + name, Deno.readTextFileSync(new URL(folder + name, root))] as const
      )
  ),
);

function withoutCode(text: string): string {
  return text.replaceAll(/^```[^]*?^```$/gm, "");
}

/** The anchors that GitHub gives to headings. */
function anchorsIn(text: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
    const words = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** What a page links to, in Markdown or in HTML, without its code. */
function linksIn(text: string): string[] {
  const prose = withoutCode(text).replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)|(?:href|src)="([^"]+)"/g)]
    .map(([, markdown, html]) => (markdown ?? html)!);
}

const isRelative = (link: string) => !/^[a-z]+:/.test(link);

/** Where JSR and npm find what README links to: neither has the files themselves. */
const HOMES =
  /^https:\/\/(github\.com\/edgesocket\/edgesocket\/blob|raw\.githubusercontent\.com\/edgesocket\/edgesocket)\/main\//;

/** What a page links to in the project, from the root. */
function targetsIn(page: string, text: string): string[] {
  return linksIn(text).flatMap((link) => {
    if (HOMES.test(link)) return link.replace(HOMES, "");
    if (!isRelative(link)) return [];
    return link.startsWith("#")
      ? page + link
      : new URL(link, new URL(page, root)).href.slice(root.href.length);
  });
}

Deno.test("links into the project lead to files and headings that exist", async () => {
  let checked = 0;
  const broken: string[] = [];
  for (const [page, text] of pages) {
    for (const target of targetsIn(page, text)) {
      checked++;
      const [file, anchor] = target.split("#");
      const exists = await Deno.stat(new URL(file!, root)).then(() => true, () => false);
      const anchored = anchor === undefined || anchorsIn(pages.get(file!) ?? "").includes(anchor);
      if (!exists || !anchored) broken.push(`${page}: ${target}`);
    }
  }
  assertEquals(broken, []);
  assert(checked > 40, `${checked}`);
});

Deno.test("what JSR and npm show has no relative links: they have no other file to lead to", () => {
  for (const page of ["README.md", "CHANGELOG.md"]) {
    const relative = linksIn(pages.get(page)!).filter((link) => isRelative(link));
    assertEquals(relative.filter((link) => !link.startsWith("#")), [], page);
  }
});

Deno.test("every page of docs/ can be reached from README.md", () => {
  const reached = new Set(["README.md"]);
  for (const page of reached) {
    for (const target of targetsIn(page, pages.get(page) ?? "")) reached.add(target.split("#")[0]!);
  }
  const docs = [...pages.keys()].filter((page) => page.startsWith("docs/"));
  assertEquals(docs.filter((page) => !reached.has(page)), []);
});

Deno.test("web links are encrypted", () => {
  const links = [...pages].flatMap(([, text]) => linksIn(text)).filter((link) => !isRelative(link));
  assertEquals(links.filter((link) => !link.startsWith("https://")), []);
});

Deno.test("every promise of SECURITY.md names tests that exist", () => {
  const rows = pages.get("SECURITY.md")!.split("\n").filter((line) => /^\| [A-Z]/.test(line));
  assert(rows.length > 10);
  for (const row of rows) {
    let file = "";
    const titles: string[] = [];
    for (const [, path, title] of row.matchAll(/`(tests\/[\w/.]+)`|"([^"]+)"/g)) {
      if (path !== undefined) {
        file = Deno.readTextFileSync(new URL(path, root));
        continue;
      }
      titles.push(title!);
      assert(file.includes(title!), `${title} is no test`);
    }
    assert(titles.length > 0, row);
  }
});
