import * as library from "@msgpack/msgpack";
import { messagePackProtocol } from "../../src/wire/messagepack.ts";
import { MessagePackReader } from "../../src/wire/messagepack_reader.ts";
import type { HubProtocol } from "../../src/wire/protocol.ts";

/** MessagePack as a server has it once it is loaded. */
export const messagePack: HubProtocol = messagePackProtocol(library);

/** What reads its values. */
export const messagePackReader: MessagePackReader = new MessagePackReader(library);
