import { assertEquals } from "@std/assert";
import { openLongPolling } from "../../src/client/long_polling.ts";
import { FakeClock } from "../support/fake_clock.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

function setUp() {
  const clock = new FakeClock();
  const asked: string[] = [];
  const polls: ((response: Response) => void)[] = [];
  const events: unknown[] = [];
  const context = {
    options: {},
    world: {
      clock,
      fetch: (_url: URL, { method, signal }: RequestInit) => {
        asked.push(method!);
        if (method !== "GET") {
          return Promise.resolve(new Response("", { status: method === "POST" ? 200 : 202 }));
        }
        return new Promise<Response>((resolve, reject) => {
          polls.push(resolve);
          signal!.addEventListener("abort", () => reject(signal!.reason));
        });
      },
    },
    signal: new AbortController().signal,
    proved: true,
  };
  const link = openLongPolling(context, new URL("http://localhost/hub?id=a"), {
    opened: () => events.push("opened"),
    received: (data) => events.push(new TextDecoder().decode(data as Uint8Array)),
    ended: (reason) => events.push((reason as Error).message),
  });
  const answer = async (body: string | null, status = 200) => {
    polls.shift()!(new Response(body, { status }));
    await turn();
  };
  return { clock, asked, events, link, answer };
}

Deno.test("it is open with the first answer, and asks again after each", async () => {
  const { events, answer, asked } = setUp();
  await answer("");
  assertEquals(events, ["opened"]);
  await answer("a");
  await answer("");
  await answer("b");
  assertEquals([events, asked], [["opened", "a", "b"], ["GET", "GET", "GET", "GET", "GET"]]);
});

Deno.test("it ends when the server says so, or refuses", async () => {
  for (const status of [204, 404]) {
    const { events, answer, asked, clock } = setUp();
    await answer("");
    await answer(null, status);
    assertEquals(events, ["opened", `the server answers ${status}`]);
    assertEquals([asked.length, clock.pending], [2, 0]);
  }
});

Deno.test("a poll that nobody answers is the end", async () => {
  const { events, answer, clock } = setUp();
  await answer("");
  clock.pass(99_999);
  await turn();
  assertEquals(events, ["opened"]);
  clock.pass(1);
  await turn();
  assertEquals(events[1], "a poll was not answered");
});

Deno.test("what is sent goes by requests of their own", async () => {
  const { link, asked } = setUp();
  link.send("a");
  assertEquals(link.waiting, 1);
  await turn();
  assertEquals([asked, link.waiting], [["GET", "POST"], 0]);
});

Deno.test("whoever closes or leaves says so, once", async () => {
  for (const how of ["close", "leave"] as const) {
    const { link, asked, answer } = setUp();
    await answer("");
    await link[how]();
    await link.close();
    assertEquals(asked, ["GET", "GET", "DELETE"]);
  }
});
