/** Bytes that become one call's arguments: an engine has room for more than that. */
const PIECE = 0x2000;

/** Bytes as base64 text. */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let from = 0; from < bytes.length; from += PIECE) {
    binary += String.fromCharCode(...bytes.subarray(from, from + PIECE));
  }
  return btoa(binary);
}
