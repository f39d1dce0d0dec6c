import { assertEquals, assertRejects } from "@std/assert";
import { Hono } from "hono";
import { hub, type ServedRequest } from "../../src/hono/hub.ts";

/** Something that is served as a hub is, and says what it was handed. */
function served<User>(
  answer: (options: ServedRequest<User>) => Response = ({ respond }) =>
    respond!("made", { status: 200, headers: new Headers({ "x-hub": "1" }) }),
) {
  const handed: (Request | ServedRequest<User>)[] = [];
  return {
    handed,
    handle(request: Request, options: ServedRequest<User>) {
      handed.push(request, options);
      return Promise.resolve(answer(options));
    },
  };
}

Deno.test("a hub is handed the request, the user, and what the runtime passed", async () => {
  const one = served<string>();
  const app = new Hono();
  app.use("/chat/*", hub(one, (c) => ({ user: c.req.query("user") ?? "nobody" })));
  const request = new Request("http://x/chat/negotiate?user=Ada");
  const env = { of: "the runtime" };
  await app.request(request, undefined, env);
  const [handed, { user, info }] = one.handed as [Request, ServedRequest<string>];
  assertEquals([handed === request, user, info === env], [true, "Ada", true]);
});

Deno.test("who is calling may take its time, or need not be said", async () => {
  const one = served<string>();
  const app = new Hono();
  app.use("/slow", hub(one, () => Promise.resolve({ user: "Ada" })));
  const other = served<undefined>();
  app.use("/none", hub(other));
  await app.request("/slow");
  await app.request("/none");
  assertEquals((one.handed[1] as ServedRequest<string>).user, "Ada");
  assertEquals((other.handed[1] as ServedRequest<undefined>).user, undefined);
});

Deno.test("responses have what middleware has set, before and after, once", async () => {
  const app = new Hono();
  app.use(async (c, next) => {
    c.header("set-cookie", "a=1", { append: true });
    c.header("set-cookie", "b=2", { append: true });
    c.res.headers.append("x-before", "1");
    await next();
    c.header("x-after", "1");
  });
  const own = new Headers({ "x-hub": "1", "set-cookie": "own=1" });
  app.use(
    "/hub",
    hub(served<undefined>(({ respond }) => respond!("", { status: 200, headers: own }))),
  );
  const { status, headers } = await app.request("/hub");
  assertEquals([status, headers.getSetCookie().sort()], [200, ["a=1", "b=2", "own=1"]]);
  assertEquals(["x-before", "x-after", "x-hub"].map((name) => headers.get(name)), ["1", "1", "1"]);
});

Deno.test("a response that is made elsewhere stays as it is", async () => {
  const app = new Hono();
  const refusal = new Response("no", { status: 403 });
  app.use("/hub", hub(served<undefined>(() => refusal)));
  const response = await app.request("/hub");
  assertEquals([response.status, await response.text()], [403, "no"]);
});

Deno.test("what goes wrong in finding out who it is goes to the app", async () => {
  const app = new Hono();
  app.onError((error, c) => c.text(error.message, 500));
  app.use(
    "/hub",
    hub(served<string>(), () => {
      throw new Error("nobody knows");
    }),
  );
  assertEquals(await (await app.request("/hub")).text(), "nobody knows");
  const bare = hub(served<string>(), () => Promise.reject(new Error("nobody knows")));
  await assertRejects(() => bare({ req: {} } as never), Error, "nobody knows");
});
