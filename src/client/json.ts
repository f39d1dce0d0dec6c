import type { HubProtocol } from "../wire/protocol.ts";

/** Ends each message: a character that JSON escapes where it is part of a text. */
const END = "\x1e";

/** What JSON makes empty objects of, whatever is in it. */
const EMPTIED = [Map, Set, Promise, Error, ArrayBuffer];

/**
 * Hub messages as JSON, as a client needs it: what its own server sends is not checked any further,
 * so that pages load less.
 */
export const json: HubProtocol = {
  name: "json",
  transferFormat: "Text",
  encode(message) {
    // First, because it finds circles and what is nested without end.
    const text = JSON.stringify(message) + END;
    check(message);
    return text;
  },
  decoder() {
    const utf8 = new TextDecoder();
    let rest = "";
    return {
      push(data) {
        if (typeof data !== "string") data = utf8.decode(data, { stream: true });
        const texts = (rest + data).split(END);
        rest = texts.pop() ?? "";
        return texts.map((text) => JSON.parse(text));
      },
    };
  },
};

/** @throws {TypeError} If something would get lost. */
function check(value: unknown): void {
  if (typeof value === "object" && value !== null) {
    const lost = ArrayBuffer.isView(value) || EMPTIED.some((Kind) => value instanceof Kind);
    if (!lost) return "toJSON" in value ? undefined : Object.values(value).forEach(check);
  } else if (typeof value !== "function" && typeof value !== "symbol") return;
  throw new TypeError(`Cannot send to a hub: expected what JSON can carry, got ${String(value)}`);
}
