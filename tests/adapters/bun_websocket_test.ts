import { runInBun } from "../support/bun_tests.ts";

Deno.test("bun: its handlers hand each event to the connection, each line of them", () =>
  runInBun("tests/fixtures/bun_websocket.ts", "src/adapters/bun_websocket.ts"));
