import { runInBun } from "../support/bun_tests.ts";

Deno.test("bun: the socket that compresses does what the port asks for, each line of it", () =>
  runInBun("tests/fixtures/bun_deflate_socket.ts", "src/adapters/bun_deflate_socket.ts"));
