import { jsonDecoder } from "./json_decoder.ts";
import { SEPARATOR } from "./json_record.ts";
import { jsonText } from "./json_text.ts";
import { type HubMessage, MessageType } from "./message.ts";
import type { HubProtocol } from "./protocol.ts";

/** Hub messages as JSON in text frames, each of them ended by the character U+001E. */
export const json: HubProtocol = {
  name: "json",
  transferFormat: "Text",
  encode: (message) => encode(message) + SEPARATOR,
  decoder: jsonDecoder,
};

const PING_TEXT = JSON.stringify({ type: MessageType.ping });

/*
 * The properties come in the order of ASP.NET Core: its clients read arguments and results right
 * away if they know by then whose they are. JSON leaves out those that are undefined.
 */
function encode(message: HubMessage): string {
  const { type } = message;
  switch (type) {
    case MessageType.completion: {
      const { headers, invocationId, error, result } = message;
      if (error !== undefined) return JSON.stringify({ type, headers, invocationId, error });
      if (!("result" in message)) return JSON.stringify({ type, headers, invocationId });
      return jsonText({ type, headers, invocationId, result: result ?? null }, result);
    }
    case MessageType.streamItem: {
      const { headers, invocationId, item } = message;
      return jsonText({ type, headers, invocationId, item: item ?? null }, item);
    }
    case MessageType.invocation:
    case MessageType.streamInvocation: {
      const { headers, invocationId, target, arguments: values, streamIds } = message;
      const call = { type, headers, invocationId, target, arguments: values, streamIds };
      return jsonText(call, values);
    }
    case MessageType.cancelInvocation: {
      const { headers, invocationId } = message;
      return JSON.stringify({ type, headers, invocationId });
    }
    case MessageType.ping:
      return PING_TEXT;
    case MessageType.close: {
      const { error, allowReconnect } = message;
      return JSON.stringify({ type, error, allowReconnect });
    }
    case MessageType.ack:
    case MessageType.sequence:
      return JSON.stringify({ type, sequenceId: message.sequenceId });
  }
}
