/**
 * A control: the faults of the other files in this folder do make messages get lost without a word,
 * where nobody has thought of them.
 */
import { assert, assertEquals } from "@std/assert";
import { hasEngine, TestEngine } from "../support/engines.ts";
import { ProcessServer } from "../support/process_server.ts";
import { deno } from "../support/runtimes.ts";

const CROSSWS = new URL("../fixtures/control.ts", import.meta.url);
const SOCKET_IO = new URL("../fixtures/control_socket_io.ts", import.meta.url);
const needs = hasEngine("redis") ? "" : " [needs redis-server]";

/** What is said of the fault until the clients wait for their next try: of each end, and each try. */
const ROWS = [["crossws", CROSSWS, 1], ["Socket.IO", SOCKET_IO, 8]] as const;

for (const [name, script, told] of ROWS) {
  Deno.test({
    name: `deno: the control: ${name} over Redis loses messages and does not say so${needs}`,
    ignore: needs !== "",
  }, async () => {
    await using engine = await TestEngine.create("redis");
    const env = { ENGINE_PORT: `${engine.port}` };
    await using server = await ProcessServer.start(deno, env, script);
    await server.until({ on: "came" }, 20);
    await engine.kill();
    await server.until({ on: "told" }, told);
    await engine.start();
    const published = () => server.all({ on: "published" }).length;
    const came = () => server.all({ on: "came" }).length;
    const before = published();
    // Two seconds of messages, with the engine there.
    await server.until({ on: "published" }, before + 100);
    // Its publishes say that all is well, but for one that was on its way to the engine at the kill.
    const failed = server.all({ on: "published", relayed: false }).length;
    assert(failed <= 1, `${failed} publishes have failed`);
    const missing = published() - failed - came();
    assert(missing > 10, `only ${missing} of ${published()} are missing`);
    // No client is told.
    assertEquals([...server.all({ on: "gap" }), ...server.all({ on: "disconnect" })], []);
  });
}
