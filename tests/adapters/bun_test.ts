import { runInBun } from "../support/bun_tests.ts";

Deno.test("bun: the adapter does what the port asks for, each line of it", () =>
  runInBun("tests/fixtures/bun_adapter.ts", "src/adapters/bun.ts"));
