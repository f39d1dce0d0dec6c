/**
 * The bytes of tests/conformance/wire/handshake_table.ts against workerd: what has to be refused is,
 * but for what its parser of HTTP has mended before anybody sees it. In front of a Worker on
 * Cloudflare stands another server, whose bytes nobody can see; miniflare's own answer to what makes
 * no request of its own is 500.
 */
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { handshakes, type Outcome } from "../conformance/wire/handshake_table.ts";
import { RawClient } from "../support/raw_client.ts";
import { Workerd } from "../support/workerd.ts";

/** Refused here, and accepted elsewhere. */
const REFUSED = [
  // Names something else beside `websocket`, so that it is none for the runtime.
  "Upgrade: h2c, websocket",
  "Upgrade: websocket,h2c",
  "Upgrade in two lines, websocket first",
  "Upgrade in two lines, websocket last",
  "Upgrade with empty elements",
  // The parser leaves it on.
  "white space around the key",
  "white space around the version",
  // miniflare.
  "an absolute target",
];

/** Accepted here, and refused elsewhere. */
const ACCEPTED = [
  // The runtime does without.
  "no Connection",
  "an empty Connection",
  // Lines without a value are dropped.
  "an empty version line before 13",
  "an empty key line before the key",
  "an empty Content-Length",
  'Origin "" for Host "example.com"',
  "an empty Origin line before an origin",
  // What the parser lets pass.
  "HTTP/1.0",
  "HTTP/2.0",
  "a control character in a header",
  "a bare CR in a header",
  "a bare LF in a header",
  "a header folded over two lines",
  "white space before a colon",
  "a header name that is not ASCII",
  "300 header lines",
];

const isAccepted = (outcome: Outcome) => outcome === 101 || typeof outcome === "object";

Deno.test("workers: handshakes end as everywhere, but for what is mended before", async () => {
  await using workerd = await Workerd.start();
  const env = { APP: "handshake" };
  const told = encodeURIComponent(JSON.stringify({ server: "handshakes", env }));
  const differ: Record<"refused" | "accepted", string[]> = { refused: [], accepted: [] };
  const wrong: unknown[] = [];
  for (const { title, bytes, outcome } of handshakes) {
    using client = await RawClient.connect(workerd.port);
    const text = bytes.toString("latin1");
    client.write(Buffer.from(text.replace(/\r?\n/, `$&under-test: ${told}\r\n`), "latin1"));
    const head = await client.head().catch(() => undefined);
    const accepted = head?.status === 101;
    if (accepted !== isAccepted(outcome)) differ[accepted ? "accepted" : "refused"].push(title);
    if (!accepted || typeof outcome !== "object") continue;
    const [protocol] = head.all("sec-websocket-protocol");
    if (protocol !== outcome.protocol) wrong.push([title, protocol]);
  }
  assertEquals(wrong, []);
  assertEquals(differ.refused.toSorted(), REFUSED.toSorted());
  assertEquals(differ.accepted.toSorted(), ACCEPTED.toSorted());
  assert(handshakes.length > 400);
});
