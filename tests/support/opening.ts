import { type Opening, openingOf } from "../../src/handshake/opening.ts";

/** An opening handshake that has these headers beside `Upgrade: websocket`. */
export function openingWith(url: string, headers: HeadersInit = {}): Opening {
  const all = new Headers(headers);
  all.set("upgrade", "websocket");
  return openingOf(new Request(url, { headers: all }))!;
}
