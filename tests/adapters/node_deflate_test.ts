import { assertEquals } from "@std/assert";
import { acceptable, DEFLATE } from "../../src/adapters/node_deflate.ts";
import { findPeers } from "../../src/adapters/node_peers.ts";
import type { NodeIncoming } from "../../src/adapters/node_http.ts";
import { assertLinear } from "../support/linear.ts";
import { nodeServer } from "../support/node_server.ts";
import { handshake, RawClient } from "../support/raw_client.ts";

const NAME = "permessage-deflate";

/** Offers, and the one of them that is taken. */
const OFFERS: readonly (readonly [string, string | undefined])[] = [
  ["", undefined],
  [NAME, NAME],
  [`${NAME}; client_max_window_bits`, `${NAME}; client_max_window_bits`],
  [`${NAME};client_max_window_bits=8`, `${NAME};client_max_window_bits=8`],
  [`${NAME} ; client_max_window_bits="15"`, `${NAME} ; client_max_window_bits="15"`],
  [`${NAME}; server_max_window_bits=13`, `${NAME}; server_max_window_bits=13`],
  [
    `${NAME}; server_max_window_bits=15; server_no_context_takeover`,
    `${NAME}; server_max_window_bits=15; server_no_context_takeover`,
  ],
  [`${NAME}; client_no_context_takeover`, `${NAME}; client_no_context_takeover`],
  [`x-other, ${NAME}; a, ${NAME}; client_max_window_bits`, `${NAME}; client_max_window_bits`],
  [`${NAME}; server_max_window_bits=12, ${NAME}`, NAME],
  [`${NAME}; server_max_window_bits`, undefined],
  [`${NAME}; server_max_window_bits=16`, undefined],
  [`${NAME}; client_max_window_bits=7`, undefined],
  [`${NAME}; client_max_window_bits=16`, undefined],
  [`${NAME}; client_max_window_bits=08`, undefined],
  [`${NAME}; client_max_window_bits=1e1`, undefined],
  [`${NAME}; client_max_window_bits="9`, undefined],
  [`${NAME}; client_no_context_takeover=true`, undefined],
  [`${NAME}; client_no_context_takeover=1`, undefined],
  [`${NAME}; server_no_context_takeover; server_no_context_takeover`, undefined],
  [`${NAME}; constructor`, undefined],
  [`${NAME};`, undefined],
  [`${NAME};${" ".repeat(229)}client_max_window_bits`, undefined],
  [`${NAME}x`, undefined],
  ["Permessage-Deflate", undefined],
  [`"${NAME}"`, undefined],
  [';;; , "', undefined],
];

for (const [offers, taken] of OFFERS) {
  Deno.test(`of the offers ${JSON.stringify(offers)}, ${taken ?? "none"} is taken`, () => {
    assertEquals(acceptable(offers), taken);
  });
}

Deno.test("whatever is taken, ws agrees to, without a context from one message to the next", async () => {
  const { WebSocketServer } = await findPeers();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: DEFLATE });
  await using server = await nodeServer((incoming, stream, head) => {
    const offer = acceptable(`${incoming.headers["sec-websocket-extensions"]}`);
    const headers = { ...incoming.headers, "sec-websocket-extensions": offer };
    const request: Partial<NodeIncoming> = { method: "GET", headers };
    sockets.handleUpgrade(request, stream, head, () => {});
  });
  for (const [offers, taken] of OFFERS) {
    if (offers === "") continue;
    using client = await RawClient.connect(server.port);
    client.write(handshake("/", { "Sec-WebSocket-Extensions": offers }));
    const head = await client.head();
    const agreed = head.all("sec-websocket-extensions").join();
    assertEquals([head.status, agreed.startsWith(NAME)], [101, taken !== undefined], offers);
    if (taken === undefined) continue;
    for (const parameter of ["server_no_context_takeover", "client_no_context_takeover"]) {
      assertEquals(agreed.includes(parameter), true, `${offers}: ${agreed}`);
    }
    assertEquals(agreed.includes("server_max_window_bits=13"), true, `${offers}: ${agreed}`);
  }
});

Deno.test("offers take linear time", () =>
  [";", ",", `${NAME};`, `${NAME}; client_max_window_bits,`, "; a=1", '"', "=", " "].forEach((
    part,
  ) => assertLinear(part, (times) => acceptable(`${NAME}${part.repeat(times)}`))));
