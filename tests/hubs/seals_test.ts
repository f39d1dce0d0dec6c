import { assert, assertEquals, assertMatch } from "@std/assert";
import { Seals } from "../../src/hubs/seals.ts";

const PROCESS = "0123456789abcdef";
const SECRET = "sixteen letters, or more";

/** Seals whose clock can be set. */
function seals(
  { hub = "hub", secrets = [SECRET] as readonly string[], clock = { now: 1_000_000 } } = {},
) {
  return new Seals(hub, PROCESS, secrets, () => clock.now);
}

Deno.test("what one process hands out, another with the same secret reads", async () => {
  const { id, token, resumable } = await seals().make(1, false, "Ada");
  assertMatch(id, /^[\w-]{22}$/);
  assertEquals([token.includes(id), resumable], [true, false]);
  assertEquals(new URL(`http://x/?id=${token}`).searchParams.get("id"), token);
  const expected = { id, token, resumable: false, process: PROCESS, fresh: true, mine: true };
  assertEquals(await seals().open(token, "Ada"), expected);
  const lasting = await seals().make(1, true, undefined);
  assertEquals((await seals().open(lasting.token, undefined))?.resumable, true);
  assert(lasting.id !== id);
});

Deno.test("in version 0 the id is the token", async () => {
  const { id, token } = await seals().make(0, false, undefined);
  assertEquals(id, token);
  assertEquals((await seals().open(token, undefined))?.id, token);
});

Deno.test("another user is told from the one that has negotiated, and from nobody", async () => {
  const { token } = await seals().make(1, false, "Ada");
  for (const user of ["Eve", "ada", "", undefined]) {
    assertEquals((await seals().open(token, user))?.mine, false, user);
  }
  const nobody = await seals().make(1, false, undefined);
  assertEquals((await seals().open(nobody.token, undefined))?.mine, true);
  assertEquals((await seals().open(nobody.token, "undefined"))?.mine, false);
});

Deno.test("a token gets old, by clocks that may differ a little", async () => {
  const clock = { now: 1_000_000 };
  const { token } = await seals({ clock }).make(1, false, "Ada");
  for (const [now, fresh] of [[-15_001, false], [-15_000, true], [29_999, true], [30_000, false]]) {
    const read = await seals({ clock: { now: 1_000_000 + Number(now) } }).open(token, "Ada");
    assertEquals([read?.fresh, read?.mine], [fresh, true], `${now}`);
  }
});

Deno.test("secrets can be changed one after the other", async () => {
  const old = await seals().make(1, false, "Ada");
  const both = seals({ secrets: ["another one, as long", SECRET] });
  assertEquals((await both.open(old.token, "Ada"))?.mine, true);
  const { token } = await both.make(1, false, "Ada");
  assertEquals(await seals().open(token, "Ada"), undefined);
  assertEquals((await seals({ secrets: ["another one, as long"] }).open(token, "Ada"))?.mine, true);
});

Deno.test("forged tokens, of another secret or of another hub are none", async () => {
  const { token } = await seals().make(1, false, "Ada");
  const strangers = [seals({ hub: "other" }), seals({ secrets: ["sixteen letters, or less"] })];
  for (const stranger of strangers) assertEquals(await stranger.open(token, "Ada"), undefined);
  for (const text of ["", "x", token.slice(1), `${token}A`, token.replaceAll(".", "")]) {
    assertEquals(await seals().open(text, "Ada"), undefined, text);
  }
  // Whichever character is another one.
  for (let i = 0; i < token.length; i++) {
    const other = token[i] === "a" ? "b" : token[i] === "." ? "-" : "a";
    const forged = token.slice(0, i) + other + token.slice(i + 1);
    assertEquals(await seals().open(forged, "Ada"), undefined, forged);
  }
});
