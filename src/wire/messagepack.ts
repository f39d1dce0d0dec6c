import { type HubMessage, type MessageHeaders, MessageType } from "./message.ts";
import { messagePackDecoder } from "./messagepack_decoder.ts";
import { writeValue } from "./messagepack_value.ts";
import { MessagePackWriter } from "./messagepack_writer.ts";
import type { HubProtocol } from "./protocol.ts";

/** Hub messages as MessagePack in binary frames, each of them with its length before it. */
export const messagePack: HubProtocol = {
  name: "messagepack",
  transferFormat: "Binary",
  encode,
  decoder: messagePackDecoder,
};

/** A writer that nobody is using: only a `toJSON` that sends something needs a second one. */
let spare: MessagePackWriter | undefined;

function encode(message: HubMessage): Uint8Array<ArrayBuffer> {
  const writer = spare ?? new MessagePackWriter();
  spare = undefined;
  try {
    write(writer, message);
    return writer.message();
  } finally {
    writer.clear();
    spare = writer;
  }
}

function write(writer: MessagePackWriter, message: HubMessage): void {
  switch (message.type) {
    case MessageType.invocation:
    case MessageType.streamInvocation: {
      const { invocationId, target, streamIds } = message;
      begin(writer, streamIds ? 6 : 5, message);
      if (invocationId) writer.text(invocationId);
      else writer.nil();
      writer.text(target);
      writeValue(writer, message.arguments);
      if (streamIds) writeValue(writer, streamIds);
      break;
    }
    case MessageType.streamItem:
      begin(writer, 4, message);
      writer.text(message.invocationId);
      writeValue(writer, message.item);
      break;
    case MessageType.completion: {
      const { error } = message;
      // 1: an error; 2: nothing; 3: a result.
      const kind = error !== undefined ? 1 : "result" in message ? 3 : 2;
      begin(writer, kind === 2 ? 4 : 5, message);
      writer.text(message.invocationId);
      writer.number(kind);
      if (kind !== 2) writeValue(writer, kind === 1 ? error : message.result);
      break;
    }
    case MessageType.cancelInvocation:
      begin(writer, 3, message);
      writer.text(message.invocationId);
      break;
    case MessageType.ping:
      writer.list(1);
      writer.number(message.type);
      break;
    case MessageType.close:
      writeValue(writer, [message.type, message.error, message.allowReconnect ?? false]);
      break;
    case MessageType.ack:
    case MessageType.sequence:
      writeValue(writer, [message.type, message.sequenceId]);
  }
}

/** What the messages of a call begin with. */
function begin(
  writer: MessagePackWriter,
  fields: number,
  message: { readonly type: number; readonly headers?: MessageHeaders },
): void {
  writer.list(fields);
  writer.number(message.type);
  if (message.headers) writeValue(writer, message.headers);
  else writer.object(0);
}
