import type { HubProtocol } from "./protocol.ts";

/** Hub messages as MessagePack in binary frames, each of them with its length before it. */
export const messagePack: HubProtocol = {
  name: "messagepack",
  transferFormat: "Binary",
  encode() {
    throw new Error("to come");
  },
  decoder() {
    throw new Error("to come");
  },
};
