import { assert, assertEquals, assertThrows } from "@std/assert";
import { loadMessagePack, notLoaded } from "../../src/wire/messagepack_library.ts";
import { hex } from "../support/hub_messages.ts";

Deno.test("the library is found where it is installed", async () => {
  const protocol = await loadMessagePack();
  const { name, transferFormat } = protocol;
  assertEquals([name, transferFormat], ["messagepack", "Binary"]);
  assertEquals(hex(protocol.encode({ type: 6 }) as Uint8Array), "029106");
});

Deno.test("where it is not, the error says what to install, and the reason is for the log", () => {
  const cause = new Error("Cannot find package imported from /secret/path");
  const error = assertThrows(
    () => notLoaded(cause),
    Error,
    "Cannot speak MessagePack: expected the package @msgpack/msgpack, got none: npm install @msgpack/msgpack",
  );
  assertEquals(error.cause, cause);
  assert(!error.message.includes("secret"));
});
