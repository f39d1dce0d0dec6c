import { unrun } from "./support/coverage.ts";
for (const m of Deno.args) { try { console.log(m, await unrun(`src/${m}`, `tests/${m.replace(/\.ts$/, "_test.ts")}`)); } catch (e) { console.log(m, String(e)); } }
