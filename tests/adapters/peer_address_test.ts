import { assertEquals } from "@std/assert";
import { peerAddress } from "../../src/adapters/peer_address.ts";
import { edgeRequest, WorkersStage } from "../support/workers_stage.ts";

const request = new Request("http://x/");

class Server {
  readonly #address = "10.0.0.1";

  requestIP(asked: Request) {
    return asked === request ? { address: this.#address } : null;
  }
}

Deno.test("each runtime tells the address in its own way", () => {
  for (
    const context of [
      { remoteAddr: { transport: "tcp", hostname: "10.0.0.1", port: 1 } },
      { incoming: { socket: { remoteAddress: "10.0.0.1" } }, outgoing: {} },
      { remoteAddress: "10.0.0.1" },
      new Server(),
      { server: new Server() },
    ]
  ) {
    assertEquals(peerAddress(request, context), "10.0.0.1");
  }
});

Deno.test("on Cloudflare its edge tells it, and no binding of whatever name", () => {
  using _stage = new WorkersStage();
  assertEquals(peerAddress(edgeRequest(), { remoteAddress: "10.0.0.1" }), "192.0.2.1");
  assertEquals(peerAddress(request, { remoteAddress: "10.0.0.1" }), "");
});

Deno.test("where nobody knows it, there is none", () => {
  for (
    const context of [
      undefined,
      null,
      "10.0.0.1",
      {},
      { remoteAddr: { transport: "unix", path: "/x" } },
      { incoming: {} },
      { incoming: { socket: {} } },
      { server: {} },
    ]
  ) {
    assertEquals(peerAddress(request, context), "");
  }
  assertEquals(peerAddress(new Request("http://x/"), new Server()), "");
});
