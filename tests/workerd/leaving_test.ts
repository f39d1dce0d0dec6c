/** Clients that leave, on workerd: what was begun for them is finished, and nothing of them stays. */
import { assertEquals } from "@std/assert";
import { handshake, RawClient } from "../support/raw_client.ts";
import { workers } from "../support/runtimes.ts";
import { WireClient } from "../support/wire_client.ts";
import { within } from "../support/within.ts";
import { workerBundle } from "../support/worker_bundle.ts";
import { Workerd, type WorkerdOptions } from "../support/workerd.ts";

/** What a Worker under test writes, line by line. */
class Lines {
  readonly #lines: string[] = [];
  #wake = () => {};

  constructor(workerd: Workerd) {
    const add = (line: string) => {
      this.#lines.push(line);
      this.#wake();
    };
    workerd.listeners.add({ line: add, error: add });
  }

  get all(): readonly string[] {
    return this.#lines;
  }

  /** Waits for a line. */
  async until(line: string): Promise<void> {
    const came = async () => {
      while (!this.#lines.includes(line)) {
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    };
    await within(came(), `"${line}"; there is ${this.#lines.join(" | ")}`);
  }
}

async function serving(text: string, options: Partial<WorkerdOptions> = {}) {
  const script = (await workerBundle({ text })).text;
  const workerd = await Workerd.start({ flags: [], objects: {}, ...options, script });
  const open = async (path = "/", headers: Record<string, string> = {}) =>
    await WireClient.connect(await RawClient.connect(workerd.port), path, headers);
  return {
    workerd,
    lines: new Lines(workerd),
    open,
    [Symbol.asyncDispose]: () => workerd[Symbol.asyncDispose](),
  };
}

/** Milliseconds after which a handshake has been looked at, for whether its client was there. */
const LOOKED_AT = 5_500;

const LATER = `const later = () => new Promise((resolve) => setTimeout(resolve, 300));`;

Deno.test("workers: handlers of a Worker may finish when the client has left", async () => {
  await using served = await serving(`
    import { upgradeWebSocket } from "edgesocket";
    import { handler } from "edgesocket/workers";
    ${LATER}
    const done = (what) => later().then(() => console.log(what));
    export default handler((request) => upgradeWebSocket(request, {
      onMessage: (event) => done("message " + event.data),
      onClose: () => done("close"),
    }));`);
  using client = await served.open();
  client.send("x");
  client.close(1000);
  await client.closed;
  await served.lines.until("message x");
  await served.lines.until("close");
});

Deno.test("workers: what middleware releases after the connection is released", async () => {
  await using served = await serving(`
    import { Hono } from "hono";
    import { upgradeWebSocket } from "edgesocket/hono";
    import { handler } from "edgesocket/workers";
    ${LATER}
    const app = new Hono();
    app.use(async (c, next) => {
      await next();
      await later();
      console.log("released");
    });
    app.get("/", upgradeWebSocket(() => ({ onMessage: (event, own) => own.send(event.data) })));
    export default handler(app.fetch, { holdPipeline: true });`);
  using client = await served.open();
  client.send("x");
  assertEquals(await client.message(), "x");
  assertEquals(served.lines.all.includes("released"), false);
  client.vanish();
  await served.lines.until("released");
});

const ROUTE = `
  import { upgradeWebSocket } from "edgesocket";
  import { durable, handler } from "edgesocket/workers";
  ${LATER}
  const events = { onOpen() { console.log("open"); }, onClose({ code }) { console.log("close " + code); } };
  const route = async (request) => {
    if (request.headers.has("wait")) {
      console.log("waiting");
      await later();
      console.log("waited");
    }
    return upgradeWebSocket(request, events);
  };`;

const ROOMS = {
  "an object": "durable(route, { maxConnections: 1, onReport() {} })",
  "one that may sleep":
    "durable(route, { maxConnections: 1, onReport() {}, hibernate: { events: () => events } })",
};

for (const [what, room] of Object.entries(ROOMS)) {
  for (const flags of [[], ["enable_request_signal"]]) {
    const how = flags.length > 0 ? "is noticed at once" : "is noticed after a while";
    Deno.test(`workers: a client of ${what} that leaves while its route waits ${how}`, async () => {
      await using served = await serving(
        `${ROUTE}
        export const Room = ${room};
        const fetch = (request, { ROOMS }) => ROOMS.get(ROOMS.idFromName("a")).fetch(request);
        export default ${what === "an object" ? "{ fetch }" : "handler(fetch)"};`,
        { objects: { ROOMS: "Room" }, flags },
      );
      const { workerd, lines, open } = served;
      using left = await RawClient.connect(workerd.port);
      left.write(handshake("/", { wait: "1" }));
      await lines.until("waiting");
      left.reset();
      await lines.until("waited");
      if (flags.length === 0) await lines.until("close 1006");
      using next = await open();
      assertEquals(next.status, 101);
      using full = await open();
      assertEquals(full.status, 503);
      next.close(4000);
      await lines.until("close 4000");
      const opened = lines.all.filter((line) => line === "open");
      const late = workers.gap("a client that leaves while its route waits") === "late";
      assertEquals(opened.length, late && flags.length === 0 ? 2 : 1);
    });
  }
}

Deno.test("workers: a client that leaves while its route waits takes no place of its address", async () => {
  await using served = await serving(`${ROUTE}
    import { perAddress } from "edgesocket/limits";
    export default handler(route, { onReport() {}, limits: perAddress({ connections: 1 }) });`);
  const { workerd, lines, open } = served;
  const from = { "cf-connecting-ip": "192.0.2.7" };
  using left = await RawClient.connect(workerd.port);
  left.write(handshake("/", { wait: "1", ...from }));
  await lines.until("waiting");
  left.reset();
  await lines.until("close 1006");
  using next = await open("/", from);
  using full = await open("/", from);
  assertEquals([next.status, full.status], [101, 429]);
});

Deno.test("workers: who is let in stays, though it is silent, in the same Worker too", async () => {
  await using served = await serving(`${ROUTE}
    const { fetch } = handler(route);
    export default {
      async fetch(request, env, context) {
        if (new URL(request.url).pathname === "/") return fetch(request, env, context);
        const headers = { upgrade: "websocket" };
        const { webSocket } = await fetch(new Request(request.url, { headers }), env, context);
        webSocket.accept();
        await new Promise((resolve) => setTimeout(resolve, ${LOOKED_AT}));
        webSocket.close(4001);
        return new Response();
      },
    };`);
  const { workerd, lines, open } = served;
  using client = await open();
  await (await fetch(`http://127.0.0.1:${workerd.port}/inside`)).body?.cancel();
  await lines.until("close 4001");
  client.close(4000);
  await lines.until("close 4000");
  // workerd has lines of its own.
  const told = lines.all.filter((line) => /^(open|close)/.test(line));
  assertEquals(told, ["open", "open", "close 4001", "close 4000"]);
});
