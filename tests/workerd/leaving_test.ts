/** Clients that leave, on workerd: what was begun for them is finished, and nothing of them stays. */
import { assertEquals } from "@std/assert";
import { handshake, RawClient } from "../support/raw_client.ts";
import { WireClient } from "../support/wire_client.ts";
import { within } from "../support/within.ts";
import { workerBundle } from "../support/worker_bundle.ts";
import { Workerd } from "../support/workerd.ts";

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

async function serving(text: string, objects: Record<string, string> = {}) {
  const script = (await workerBundle({ text })).text;
  const workerd = await Workerd.start({ flags: [], objects, script });
  const open = async (path = "/", headers: Record<string, string> = {}) =>
    await WireClient.connect(await RawClient.connect(workerd.port), path, headers);
  return {
    workerd,
    lines: new Lines(workerd),
    open,
    [Symbol.asyncDispose]: () => workerd[Symbol.asyncDispose](),
  };
}

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
  assertEquals(served.lines.all, []);
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

for (
  const [what, text] of [
    ["an object", "export class Room extends durable(route, { maxConnections: 1, onReport() {} })"],
    [
      "one that may sleep",
      "export class Room extends durable(route, { maxConnections: 1, onReport() {}, hibernate: { events: () => events } })",
    ],
  ] as const
) {
  Deno.test(`workers: a client that leaves while its route waits takes no place in ${what}`, async () => {
    await using served = await serving(
      `${ROUTE}
      ${text} {
        fetch(request) {
          return new URL(request.url).pathname === "/state"
            ? new Response(this.connections + "")
            : super.fetch(request);
        }
      }
      export default { fetch: (request, { ROOMS }) => ROOMS.get(ROOMS.idFromName("a")).fetch(request) };`,
      { ROOMS: "Room" },
    );
    using left = await RawClient.connect(served.workerd.port);
    left.write(handshake("/", { wait: "1" }));
    await served.lines.until("waiting");
    left.reset();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const state = await (await fetch(`http://127.0.0.1:${served.workerd.port}/state`)).text();
    console.log(what, state, served.lines.all);
    using next = await served.open();
    console.log(next.status);
  });
}

Deno.test("workers: a client that leaves while its route waits takes no place of its address", async () => {
  await using served = await serving(`${ROUTE}
    import { perAddress } from "edgesocket/limits";
    export default handler(route, { limits: perAddress({ connections: 1 }) });`);
  const from = { "cf-connecting-ip": "192.0.2.7" };
  using left = await RawClient.connect(served.workerd.port);
  left.write(handshake("/", { wait: "1", ...from }));
  await served.lines.until("waiting");
  left.reset();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  using next = await served.open("/", from);
  console.log(next.status, served.lines.all);
  using again = await served.open("/", from);
  console.log(again.status, served.lines.all);
});
