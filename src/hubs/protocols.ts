import { json } from "../wire/json.ts";
import type { HubProtocol } from "../wire/protocol.ts";

/** The names of the encodings that clients may ask for. */
export const PROTOCOLS = ["json", "messagepack"] as const;

/** The encoding of a name. MessagePack is loaded when the first client asks for it. */
export function protocolOf(name: string): HubProtocol | Promise<HubProtocol> {
  return name === json.name ? json : loadMessagePack();
}

async function loadMessagePack(): Promise<HubProtocol> {
  const { messagePack } = await import("../wire/messagepack.ts");
  return messagePack;
}
