/** The types of hubs: everything is inferred, and wrong uses are compile errors that say what is wrong. */
import { type } from "npm:arktype@2.2.9";
import * as v from "npm:valibot@1.5.0";
import { z } from "npm:zod@4.6.7";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { json } from "../src/wire/json.ts";
import * as hubs from "../src/hubs.ts";
import { connect, createTestServer } from "../src/testing.ts";
import { root } from "./support/command.ts";
import { HubClient } from "./support/hub_client.ts";
import { offlineImports } from "./support/imports.ts";
import { Folder } from "./packages/folder.ts";

const { call, defineHub, upload } = hubs;

Deno.test("the entry exports what builds hubs", () => {
  assertEquals(Object.keys(hubs).sort(), ["HubError", "call", "defineHub", "upload"]);
});

/** A hub whose schemas are of one library. */
const LIBRARIES = {
  valibot: () => {
    const h = defineHub()({ client: { message: call(v.string()) } });
    const trimmed = v.pipe(v.string(), v.trim(), v.maxLength(5));
    return h.create({
      say: h.method(
        [trimmed, v.optional(v.number(), 7)],
        (_context, text, n) => text + n.toFixed(),
      ),
      sum: h.method([upload(v.number())], async (_context, numbers) => {
        let total = 0;
        for await (const number of numbers) total += number;
        return total;
      }),
    });
  },
  zod: () => {
    const h = defineHub()({ client: { message: call(z.string()) } });
    const trimmed = z.string().trim().max(5);
    return h.create({
      say: h.method([trimmed, z.number().default(7)], (_context, text, n) => text + n.toFixed()),
      sum: h.method([upload(z.number())], async (_context, numbers) => {
        let total = 0;
        for await (const number of numbers) total += number;
        return total;
      }),
    });
  },
  arktype: () => {
    const h = defineHub()({ client: { message: call(type("string")) } });
    const trimmed = type("string.trim").to("string <= 5");
    const optional = type("number | undefined").pipe((n) => n ?? 7);
    return h.create({
      say: h.method([trimmed, optional], (_context, text, n) => text + n.toFixed()),
      sum: h.method([upload(type("number"))], async (_context, numbers) => {
        let total = 0;
        for await (const number of numbers) total += number;
        return total;
      }),
    });
  },
};

for (const [name, make] of Object.entries(LIBRARIES)) {
  Deno.test(`schemas of ${name} check arguments and make others of them`, async () => {
    const hub = make();
    await using server = createTestServer((request) => hub.handle(request));
    const raw = await connect(server, "/hub");
    const client = await HubClient.greet(
      { ...raw, send: raw.send.bind(raw), message: () => raw.message() } as never,
      json,
    );
    assertEquals(await client.ask("say", " hello  "), "hello7");
    assertEquals(await client.ask("say", "a", 1), "a1");
    const refused = { error: "Failed to invoke 'say' due to an error on the server." };
    assertEquals(await client.ask("say", "too long"), refused);
    assertEquals(await client.ask("say", 5), refused);
    const sum = client.upload("sum", ["s"]);
    client.item("s", 3);
    client.complete("s");
    assertEquals(await client.next(), { type: 3, invocationId: sum, result: 3 });
  });
}

const PROGRAM = `
import { typed } from "../src/client.ts";
import { call, defineHub, type HubContext, upload } from "../src/hubs.ts";
import { hub as served } from "../src/hono.ts";
import type { Context } from "hono";
import * as v from "npm:valibot@1.5.0";
interface User { readonly name: string }
const h = defineHub<User>()({
  client: { message: call(v.string(), v.optional(v.number())), confirm: call(v.string()).returns(v.boolean()) },
});
const chat = h.create({
  join: h.method([v.string()], (context, room) => context.groups.add(room)),
  add: h.method([v.number(), v.optional(v.number())], (_context, a, b) => a + (b ?? 0)),
  leave: h.method([v.string()], async (context, room) => {
    const sure: boolean = await context.clients.caller.confirm(room);
    await context.clients.group(room).except(context.connectionId).message(context.user.name);
    await context.clients.all.confirm(room);
    return sure;
  }),
  clock: h.stream([v.number()], async function* (context, ms) {
    while (!context.signal.aborted) yield { ms, now: 1, more: [null, "x"] as (string | null)[] };
  }),
  sum: h.method([upload(v.number()), v.string()], async (_context, numbers, name) => {
    let total = 0;
    for await (const number of numbers) total += number;
    return { total, name };
  }),
  nothing: h.method([], () => {}),
}, {
  onConnected: ({ user }) => console.log(user.name),
  onDisconnected: (_context, cause) => console.log(cause === "peer"),
  filters: [async (context, method, next) => [context.user.name, method, await next()]],
  userId: ({ name }) => name,
});
const free = defineHub()({ client: {} });
const open = free.create({});
declare const request: Request;
declare const items: AsyncIterable<number>;
type Env = { Variables: { user: User; other: number } };
chat.handle(request, { user: { name: "Ada" } });
open.handle(request);
served(chat, (c: Context<Env>) => ({ user: c.get("user") }));
served(open);
const hub = typed<typeof chat>(null as never);
const added: Promise<number> = hub.call.add(1);
hub.call.add(1, 2);
const left: Promise<boolean> = hub.call.leave("lobby");
const summed: Promise<{ total: number; name: string }> = hub.call.sum(items, "x");
for await (const { now, more } of hub.stream.clock(1000)) console.log(now.toFixed(), more[0]?.length);
const off: () => void = hub.on.message((text, number) => console.log(text.length, number?.toFixed()));
hub.on.confirm((question) => question.length > 3);
hub.on.confirm(async (question) => question.length > 3);
const context = null as unknown as HubContext<User, { message: ReturnType<typeof call<[]>> }>;
console.log(added, left, summed, off, context);
export type {};
`;

/** What somebody may write by mistake, and a part of what the compiler says to it. */
const WRONG: readonly [title: string, code: string, expected: string][] = [
  [
    "a wrong argument",
    `hub.call.add("1");`,
    `'string' is not assignable to parameter of type 'number'`,
  ],
  ["too few arguments", `hub.call.leave();`, `Expected 1 arguments, but got 0`],
  ["too many arguments", `hub.call.add(1, 2, 3);`, `Expected 1-2 arguments, but got 3`],
  ["an unknown method", `hub.call.send("x");`, `Property 'send' does not exist on type 'Calls<`],
  ["a stream as a method", `hub.call.clock(1);`, `Property 'clock' does not exist on type 'Calls<`],
  ["a method as a stream", `hub.stream.add(1);`, `Property 'add' does not exist on type 'Streams<`],
  [
    "an unknown call of the server",
    `hub.on.massage(() => {});`,
    `Property 'massage' does not exist`,
  ],
  [
    "a missing answer",
    `hub.on.confirm(() => {});`,
    `'void' is not assignable to type 'boolean | Promise<boolean>'`,
  ],
  [
    "a wrong answer",
    `hub.on.confirm(() => 1);`,
    `'number' is not assignable to type 'boolean | Promise<boolean>'`,
  ],
  [
    "a list for an upload",
    `hub.call.sum([1], "x");`,
    `is missing in type 'number[]' but required in type 'AsyncIterable<number`,
  ],
  ["no hub", `typed(null as never).call.add(1);`, `Property 'add' does not exist on type`],
  [
    "a result that is a Date",
    `h.create({ now: h.method([], () => new Date()) });`,
    `a result must be JSON: return a string or a number instead of a Date`,
  ],
  [
    "a result with a bigint in it",
    `h.create({ now: h.method([], async () => ({ deep: [5n] })) });`,
    `a result must be JSON`,
  ],
  [
    "items that are bytes",
    `h.create({ now: h.stream([], async function* () { yield new Uint8Array(); }) });`,
    `a result must be JSON`,
  ],
  [
    "an item that is a Map",
    `h.create({ now: h.stream([], async function* () { yield new Map(); }) });`,
    `a result must be JSON`,
  ],
  [
    "a handler for another type",
    `h.method([v.string()], (_context, text: number) => text);`,
    `'string' is not assignable to type 'number'`,
  ],
  [
    "a stream without items",
    `h.stream([], () => 5);`,
    `'number' is not assignable to type 'AsyncIterable<unknown`,
  ],
  [
    "a parameter that is no schema",
    `h.method([String], () => 1);`,
    `is not assignable to type 'Parameter'`,
  ],
  [
    "what the server may not call",
    `h.method([], (context) => context.clients.all.massage("x"));`,
    `Property 'massage' does not exist`,
  ],
  [
    "a call with a wrong argument",
    `h.method([], (context) => context.clients.all.message(5));`,
    `'number' is not assignable to parameter of type 'string'`,
  ],
  [
    "an answer of many",
    `h.method([], async (context) => { const yes: boolean = await context.clients.all.confirm("x"); return yes; });`,
    `'void' is not assignable to type 'boolean'`,
  ],
  [
    "an option that there is not",
    `h.create({}, { onConected: () => {} });`,
    `'onConected' does not exist in type 'HubOptions<`,
  ],
  ["no user", `chat.handle(request);`, `Expected 2 arguments, but got 1`],
  [
    "a wrong user",
    `chat.handle(request, { user: { nam: "x" } });`,
    `'nam' does not exist in type 'User'`,
  ],
  [
    "a wrong user from Hono",
    `served(chat, (c: Context<Env>) => ({ user: c.get("other") }));`,
    `'number' is not assignable to type 'User'`,
  ],
  [
    "no user from Hono",
    `served(chat);`,
    `is not assignable to parameter of type 'Servable<undefined>'`,
  ],
];

Deno.test("everything is inferred, and what is wrong is a compile error that says so", async () => {
  await using folder = await Folder.make();
  const lines = PROGRAM.split("\n").length;
  const program = PROGRAM + WRONG.map(([, code]) => `${code}\n`).join("");
  const src = new URL("src/", root).href;
  await folder.write("user.ts", program.replaceAll('from "../src/', `from "${src}`));
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-lock", `--import-map=${await offlineImports()}`, "user.ts"],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stderr);
  const blocks = said.split(/^(?=TS\d+ \[ERROR\])/m).slice(1).map((text) => ({
    text,
    line: Number(text.match(/user\.ts:(\d+):/)?.[1]),
  }));
  assert(blocks.length > 0, said);
  assertEquals(blocks.filter(({ line }) => line < lines).map(({ text }) => text), []);
  for (const [i, [title, , expected]] of WRONG.entries()) {
    const text = blocks.filter(({ line }) => line === lines + i).map(({ text }) => text).join("");
    assertStringIncludes(text.replaceAll(/\s+/g, " "), expected, `${title}:\n${text}`);
  }
});
