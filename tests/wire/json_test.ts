import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { JsonHubProtocol, NullLogger } from "npm:@microsoft/signalr@10.0.11";
import { json } from "../../src/wire/json.ts";
import type { HubMessage } from "../../src/wire/message.ts";
import { decoded, message } from "../support/hub_messages.ts";

const theirs = new JsonHubProtocol();
const decoder = () => json.decoder({ maxMessageSize: 1_000_000 });

Deno.test("it is the encoding that clients call json, for text frames", () => {
  assertEquals([json.name, json.transferFormat], [theirs.name, "Text"]);
});

Deno.test("each message is written in the order of ASP.NET Core", () => {
  const headers = { trace: "1" };
  const written: [HubMessage, string][] = [
    [
      { arguments: [1], target: "a", headers, streamIds: ["2"], invocationId: "1", type: 1 },
      '{"type":1,"headers":{"trace":"1"},"invocationId":"1","target":"a","arguments":[1],"streamIds":["2"]}',
    ],
    [{ target: "a", arguments: [], type: 1 }, '{"type":1,"target":"a","arguments":[]}'],
    [
      { target: "a", arguments: [], invocationId: "1", type: 4 },
      '{"type":4,"invocationId":"1","target":"a","arguments":[]}',
    ],
    [{ item: 1, invocationId: "1", type: 2 }, '{"type":2,"invocationId":"1","item":1}'],
    [{ item: undefined, invocationId: "1", type: 2 }, '{"type":2,"invocationId":"1","item":null}'],
    [{ invocationId: "1", type: 3 }, '{"type":3,"invocationId":"1"}'],
    [{ result: 0, invocationId: "1", type: 3 }, '{"type":3,"invocationId":"1","result":0}'],
    [
      { result: undefined, invocationId: "1", type: 3 },
      '{"type":3,"invocationId":"1","result":null}',
    ],
    [{ error: "", invocationId: "1", type: 3 }, '{"type":3,"invocationId":"1","error":""}'],
    [
      { invocationId: "1", headers, type: 5 },
      '{"type":5,"headers":{"trace":"1"},"invocationId":"1"}',
    ],
    [{ type: 6 }, '{"type":6}'],
    [
      { allowReconnect: true, error: "no", type: 7 },
      '{"type":7,"error":"no","allowReconnect":true}',
    ],
    [{ type: 7 }, '{"type":7}'],
    [{ sequenceId: 1, type: 8 }, '{"type":8,"sequenceId":1}'],
    [{ sequenceId: 1, type: 9 }, '{"type":9,"sequenceId":1}'],
  ];
  for (const [message, text] of written) assertEquals(json.encode(message), `${text}\x1e`);
});

Deno.test("bytes and undefined are sent as .NET reads them, in results, items and arguments", () => {
  const values = [undefined, Uint8Array.of(1)];
  const invocationId = "1";
  for (
    const message of [
      { type: 1, target: "a", arguments: values },
      { type: 2, invocationId, item: values },
      { type: 3, invocationId, result: values },
      { type: 4, invocationId, target: "a", arguments: values },
    ] as const
  ) assertEquals(String(json.encode(message)).includes('[null,"AQ=="]'), true, `${message.type}`);
});

Deno.test("what we write, Microsoft's client reads as we meant it; and the other way round", () => {
  fc.assert(fc.property(message, (message) => {
    // No server asks for a stream or cancels one: a client does not know how.
    if (message.type !== 4 && message.type !== 5) {
      const [read] = theirs.parseMessages(json.encode(message) as string, NullLogger.instance);
      assertEquals(read as HubMessage, message);
    }
    const back = decoded(decoder(), theirs.writeMessage(message as never));
    assertEquals(back, [message]);
  }));
});

Deno.test("the bytes are those of Microsoft's client, where it knows the order", () => {
  fc.assert(fc.property(message, (message) => {
    const ordered = JSON.parse((json.encode(message) as string).slice(0, -1));
    assertEquals(json.encode(message), theirs.writeMessage(ordered));
  }));
});
