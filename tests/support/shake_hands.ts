import { assertEquals } from "@std/assert";
import { handshake, OPCODE, RawClient } from "./raw_client.ts";

/** The status of a handshake, whose connection has to echo if there is one. */
export async function shakeHands(port: number, path = "/", headers = {}): Promise<number> {
  using client = await RawClient.connect(port);
  client.write(handshake(path, headers));
  const { status } = await client.head();
  if (status !== 101) return status;
  client.send(OPCODE.text, "hello");
  assertEquals(await client.text(), "hello");
  client.close(1000);
  await client.closeFrame();
  return status;
}
