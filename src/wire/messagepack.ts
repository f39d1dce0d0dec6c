import { MAX_SENT_DEPTH } from "./depth.ts";
import type { HubMessage } from "./message.ts";
import { messagePackDecoder } from "./messagepack_decoder.ts";
import { messagePackFields } from "./messagepack_fields.ts";
import type { MessagePackLibrary } from "./messagepack_port.ts";
import { MessagePackReader } from "./messagepack_reader.ts";
import { plainValue } from "./messagepack_value.ts";
import type { HubProtocol } from "./protocol.ts";

/** Bytes of a message from which on an encoder is not kept for the next one, for its buffer's sake. */
const LARGE = 64 * 1024;

/**
 * Hub messages as MessagePack in binary frames, each of them with its length before it.
 *
 * @param library All that `@msgpack/msgpack` exports, version 3.
 */
export function messagePackProtocol(library: MessagePackLibrary): HubProtocol {
  const reader = new MessagePackReader(library);
  // The list of fields is a level more, and so is what is in the innermost.
  const options = { maxDepth: MAX_SENT_DEPTH + 2 };
  let encoder = new library.Encoder(options);
  const encode = (message: HubMessage): Uint8Array<ArrayBuffer> => {
    // All that is ours to call, a `toJSON` for one, is called before the encoder begins.
    const fields = plainValue(messagePackFields(message), MAX_SENT_DEPTH + 1);
    const written = encoder.encodeSharedRef(fields);
    if (written.length > LARGE) encoder = new library.Encoder(options);
    return framed(written);
  };
  return {
    name: "messagepack",
    transferFormat: "Binary",
    encode,
    decoder: (limits) => messagePackDecoder(limits, reader),
  };
}

/** A copy with its length before it: seven bits a byte, the lowest first. */
function framed(written: Uint8Array): Uint8Array<ArrayBuffer> {
  const prefix: number[] = [];
  let { length } = written;
  for (; length > 0x7f; length >>>= 7) prefix.push(length & 0x7f | 0x80);
  prefix.push(length);
  const message = new Uint8Array(prefix.length + written.length);
  message.set(prefix);
  message.set(written, prefix.length);
  return message;
}
