import { jsonDecoder } from "./json_decoder.ts";
import { SEPARATOR } from "./json_record.ts";
import { jsonValue } from "./json_value.ts";
import { type HubMessage, MessageType } from "./message.ts";
import type { HubProtocol } from "./protocol.ts";

/** Hub messages as JSON in text frames, each of them ended by the character U+001E. */
export const json: HubProtocol = {
  name: "json",
  transferFormat: "Text",
  encode: (message) => encode(message) + SEPARATOR,
  decoder: jsonDecoder,
};

/*
 * The properties come in the order of ASP.NET Core: its clients read arguments and results right
 * away if they know by then whose they are.
 */
function encode(message: HubMessage): string {
  switch (message.type) {
    case MessageType.completion:
      if (message.error !== undefined) return `${head(message)},"error":${quoted(message.error)}}`;
      return `${head(message)}${
        "result" in message ? `,"result":${jsonValue(message.result)}` : ""
      }}`;
    case MessageType.streamItem:
      return `${head(message)},"item":${jsonValue(message.item)}}`;
    case MessageType.invocation:
    case MessageType.streamInvocation: {
      const streams = message.streamIds ? `,"streamIds":${JSON.stringify(message.streamIds)}` : "";
      const values = jsonValue(message.arguments);
      return `${head(message)},"target":${quoted(message.target)},"arguments":${values}${streams}}`;
    }
    case MessageType.cancelInvocation:
      return `${head(message)}}`;
    case MessageType.ping:
      return '{"type":6}';
    default:
      // Close, ack and sequence have nothing in them that is somebody else's.
      return JSON.stringify(message);
  }
}

/** What all messages of a call begin with. */
function head(
  { type, headers, invocationId }: Exclude<HubMessage, { type: 6 | 7 | 8 | 9 }>,
): string {
  const begin = headers
    ? `{"type":${type},"headers":${JSON.stringify(headers)}`
    : `{"type":${type}`;
  return invocationId ? `${begin},"invocationId":${quoted(invocationId)}` : begin;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
