import { runInBun } from "../support/bun_tests.ts";

Deno.test("bun: the socket does what the port asks for, each line of it", () =>
  runInBun("tests/fixtures/bun_socket.ts", "src/adapters/bun_socket.ts"));
