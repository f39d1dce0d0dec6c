const encoder = new TextEncoder();

/** The bytes of a message: those of its UTF-8 if it is a text. */
export function bytesOf(data) {
  return typeof data === "string" ? encoder.encode(data) : data;
}

/** How many bytes a message has. */
export function sizeOf(data) {
  return bytesOf(data).length;
}

/** Reads "00 ff", "00ff" or "0x00, 0xff". */
export function parseHex(text) {
  const digits = text.replace(/0x|[\s,:]/gi, "");
  if (!/^[0-9a-f]*$/i.test(digits) || digits.length % 2 === 1) {
    const wrong = digits.match(/[^0-9a-f]/i)?.[0];
    throw new Error(
      `Expected bytes as pairs of hex digits such as 00 ff, got ${
        wrong ? `"${wrong}"` : "half a byte"
      }`,
    );
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** Writes bytes as "00 ff": `most` of them, and a mark if there are more. */
export function toHex(bytes, most = Infinity) {
  const shown = Array.from(
    bytes.subarray(0, most),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join(" ");
  return bytes.length > most ? `${shown} …` : shown;
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
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** Whether some bytes are among others, one after the other. */
export function hasBytes(bytes, wanted) {
  if (wanted.length === 0) return true;
  let at = bytes.indexOf(wanted[0]);
  while (at !== -1 && !wanted.every((byte, index) => bytes[at + index] === byte)) {
    at = bytes.indexOf(wanted[0], at + 1);
  }
  return at !== -1;
}
