/** Messages and close frames at the edges of what workerd takes. */
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { frame, OPCODE, RawClient } from "../support/raw_client.ts";
import { within } from "../support/within.ts";
import { workerBundle } from "../support/worker_bundle.ts";
import { Workerd } from "../support/workerd.ts";

const MIB = 1024 * 1024;

/** A route in a Worker, in an object, and in one that may sleep. */
const SCRIPT = `
  import { upgradeWebSocket } from "edgesocket";
  import { durable, handler } from "edgesocket/workers";
  const events = {
    onMessage(_event, own) {
      const bytes = new Uint8Array(100_000).fill(1);
      own.send(bytes);
      bytes.fill(2);
    },
    onClose: ({ code, cause }) => console.log("close " + code + " " + cause),
  };
  const maxPayloadLength = 60 * ${MIB};
  const route = (request) => upgradeWebSocket(request, events, { maxPayloadLength });
  const options = { onReport() {}, maxPayloadLength };
  const { fetch } = handler(route, options);
  export class Room extends durable(route, options) {}
  export class Sleeper extends durable(route, { ...options, hibernate: { events: () => events } }) {}
  export default {
    fetch(request, env, context) {
      const { pathname } = new URL(request.url);
      if (pathname === "/worker") return fetch(request, env, context);
      const objects = env[pathname.slice(1)];
      return objects.get(objects.idFromName("a")).fetch(request);
    },
  };`;

for (const date of [undefined, "2025-01-01"]) {
  Deno.test(`workers: bytes go out as they were, and every end is told and answered, at ${date ?? "today"}`, async () => {
    const script = (await workerBundle({ text: SCRIPT })).text;
    const objects = { Room: "Room", Sleeper: "Sleeper" };
    await using workerd = await Workerd.start({ script, flags: [], objects, ...date && { date } });
    const ends: string[] = [];
    let wake = () => {};
    workerd.listeners.add({
      line(line) {
        ends.push(line);
        wake();
      },
      error: () => {},
    });
    const end = async () => {
      while (ends.length === 0) {
        await within(new Promise<void>((resolve) => wake = resolve), "an end");
      }
      return ends.shift();
    };
    for (const path of ["/worker", "/Room", "/Sleeper"]) {
      using client = await RawClient.open(workerd.port, path);
      client.send(OPCODE.text, "x");
      const { payload } = (await client.frame())!;
      assertEquals([payload.length, payload[0], payload.at(-1)], [100_000, 1, 1], path);
      // A code that nobody may send. Newer dates answer it by themselves, but for sleepers.
      client.close(1004);
      const answer = await client.closeFrame();
      assertEquals([1002, 1004].includes(answer!.code), true, `${path}: ${answer?.code}`);
      assertEquals(await end(), "close 1004 peer", path);

      // More than the runtime takes, though the route would.
      using large = await RawClient.open(workerd.port, path);
      large.write(frame(OPCODE.binary, Buffer.alloc(33 * MIB)));
      assertEquals(await end(), "close 1009 payload-too-large", path);
    }
  });
}
