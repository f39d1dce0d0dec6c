/** Bytes that an entry shows as hex at once. */
const SHOWN = 4_096;

const encoder = new TextEncoder();

/** The bytes of a message: those of its UTF-8 if it is a text. */
export function bytesOf(data) {
  return typeof data === "string" ? encoder.encode(data) : data;
}

/** Reads "00 ff", "00ff" or "0x00, 0xff". */
export function parseHex(text) {
  const digits = text.replace(/0x|[\s,:]/gi, "");
  if (!/^([0-9a-f]{2})*$/i.test(digits)) {
    const wrong = digits.match(/[^0-9a-f]/i)?.[0];
    throw new Error(
      `Expected bytes as pairs of hex digits such as 00 ff, got ${
        wrong ? `"${wrong}"` : "half a byte"
      }`,
    );
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** Writes bytes as "00 ff", the first few thousand of them. */
export function toHex(bytes, limit = SHOWN) {
  const shown = Array.from(
    bytes.subarray(0, limit),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join(" ");
  return bytes.length > limit ? `${shown} …` : shown;
}

/** 1023 B, 1.0 KiB, 1.0 MiB. */
export function formatSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const mib = bytes >= 1024 * 1024;
  return `${(bytes / (mib ? 1024 * 1024 : 1024)).toFixed(1)} ${mib ? "MiB" : "KiB"}`;
}

/** Whether two messages are the same. */
export function sameMessage(a, b) {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
