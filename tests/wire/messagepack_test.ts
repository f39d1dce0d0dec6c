import { assertEquals, assertThrows } from "@std/assert";
import * as library from "@msgpack/msgpack";
import { NullLogger } from "npm:@microsoft/signalr@10.0.11";
import { MessagePackHubProtocol } from "npm:@microsoft/signalr-protocol-msgpack@10.0.11";
import fc from "npm:fast-check@4.10.2";
import type { HubMessage } from "../../src/wire/message.ts";
import { messagePackProtocol } from "../../src/wire/messagepack.ts";
import type { EncoderOptions } from "../../src/wire/messagepack_port.ts";
import { decoded, hex, message } from "../support/hub_messages.ts";
import { messagePack } from "../support/messagepack.ts";

const theirs = new MessagePackHubProtocol();
const encoded = (message: HubMessage) => messagePack.encode(message) as Uint8Array<ArrayBuffer>;
const decoder = () => messagePack.decoder({ maxMessageSize: 1_000_000 });

Deno.test("it is the encoding that clients call messagepack, for binary frames", () => {
  assertEquals([messagePack.name, messagePack.transferFormat], [theirs.name, "Binary"]);
});

Deno.test("each message is written as the specification says", () => {
  const headers = { a: "b" };
  const invocationId = "1";
  const written: [HubMessage, string][] = [
    [{ type: 1, target: "a", arguments: [] }, "06" + "950180c0a16190"],
    [
      { type: 1, headers, invocationId, target: "a", arguments: [1], streamIds: ["2"] },
      "0e" + "960181a161a162a131a161910191a132",
    ],
    [{ type: 1, invocationId: "", target: "a", arguments: [] }, "06" + "950180c0a16190"],
    [{ type: 4, invocationId, target: "a", arguments: [] }, "08" + "950480a131a16190"],
    [{ type: 2, invocationId, item: undefined }, "06" + "940280a131c0"],
    [{ type: 2, invocationId, item: { a: undefined } }, "06" + "940280a13180"],
    [{ type: 3, invocationId, error: "no" }, "09" + "950380a13101a26e6f"],
    [{ type: 3, invocationId, error: "" }, "07" + "950380a13101a0"],
    [{ type: 3, invocationId }, "06" + "940380a13102"],
    [{ type: 3, invocationId, result: undefined }, "07" + "950380a13103c0"],
    [{ type: 3, headers, invocationId, result: 0 }, "0b" + "950381a161a162a1310300"],
    [{ type: 5, invocationId }, "05" + "930580a131"],
    [{ type: 6 }, "02" + "9106"],
    [{ type: 7 }, "04" + "9307c0c2"],
    [{ type: 7, error: "no", allowReconnect: true }, "06" + "9307a26e6fc3"],
    [{ type: 8, sequenceId: 1 }, "03" + "920801"],
    [{ type: 9, sequenceId: 300 }, "05" + "9209cd012c"],
  ];
  for (const [message, bytes] of written) {
    const length = (bytes.length / 2 - 1).toString(16).padStart(2, "0");
    assertEquals(hex(encoded(message)), length + bytes.slice(2), JSON.stringify(message));
  }
});

Deno.test("a value that cannot be sent leaves nothing behind", () => {
  const bad = { type: 2, invocationId: "1", item: ["lost", 1n] } as const;
  assertThrows(() => encoded(bad), TypeError, "got a bigint");
  assertEquals(hex(encoded({ type: 6 })), "029106");
});

Deno.test("a toJSON may send something itself", () => {
  let inner = "";
  const item = { toJSON: () => (inner = hex(encoded({ type: 6 })), "x") };
  const outer = encoded({ type: 2, invocationId: "1", item });
  assertEquals([inner, hex(outer)], ["029106", "07940280a131a178"]);
});

Deno.test("the bytes are those of Microsoft's client", () => {
  fc.assert(fc.property(message, (message) => {
    // Its close has two fields, and an empty error is none to it; ours are those of ASP.NET Core.
    if (message.type === 7 || (message.type === 3 && message.error === "")) return;
    // Null as a result, too: it tells results from none by their value.
    assertEquals(hex(encoded(message)), hex(new Uint8Array(theirs.writeMessage(message as never))));
  }));
});

Deno.test("what we write, Microsoft's client reads as we meant it; and the other way round", () => {
  fc.assert(fc.property(message, (message) => {
    const back = decoded(decoder(), new Uint8Array(theirs.writeMessage(message as never)));
    const lossy = message.type === 7 || (message.type === 3 && message.error === "");
    if (!lossy) assertEquals(back, [message]);
    // No server cancels anything, calls with a stream or uploads one: a client does not know how.
    if (message.type === 5 || message.type === 4 || "streamIds" in message) return;
    const [read] = theirs.parseMessages(encoded(message).buffer, NullLogger.instance);
    const known = Object.entries(read!).filter(([name, value]) =>
      name in message && value !== undefined
    );
    assertEquals(Object.fromEntries(known), message);
  }));
});

Deno.test("a large message leaves no buffer of its size behind, and small ones share one", () => {
  let encoders = 0;
  class Encoder extends library.Encoder {
    constructor(options: EncoderOptions) {
      super(options);
      encoders++;
    }
  }
  const { encode } = messagePackProtocol({ ...library, Encoder });
  for (let i = 0; i < 3; i++) encode({ type: 6 });
  assertEquals(encoders, 1);
  const large = { type: 2, invocationId: "1", item: "x".repeat(100_000) } as const;
  assertEquals((encode(large) as Uint8Array).length, 100_013);
  assertEquals(encoders, 2);
});

Deno.test("lengths have seven bits a byte, the lowest first", () => {
  const lengths = [110, 128, 16_000, 20_000, 3_000_000].map((size) => {
    const all = encoded({ type: 2, invocationId: "1", item: new Uint8Array(size) });
    const end = all.findIndex((byte) => byte < 0x80) + 1;
    return [hex(all.subarray(0, end)), all.length - end - size];
  });
  assertEquals(lengths, [
    ["75", 7],
    ["8701", 7],
    ["887d", 8],
    ["a89c01", 8],
    ["ca8db701", 10],
  ]);
});

Deno.test("a value as deep as may be is sent in every place of a message", () => {
  const nested = (levels: number): unknown => levels === 0 ? 0 : [nested(levels - 1)];
  encoded({ type: 2, invocationId: "1", item: nested(100) });
  encoded({ type: 1, target: "a", arguments: nested(100) as unknown[] });
  assertThrows(() => encoded({ type: 2, invocationId: "1", item: nested(101) }), TypeError, "100");
});
