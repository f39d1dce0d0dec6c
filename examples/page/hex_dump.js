/** Bytes of a line. */
const LINE = 16;

/**
 * Bytes as lines of offset, hex digits and characters:
 *
 * ```
 * 00000010  48 65 6c 6c 6f 00                                 |Hello.|
 * ```
 *
 * @param from The first byte.
 * @param to The byte after the last.
 */
export function hexDump(bytes, from = 0, to = bytes.length) {
  const lines = [];
  const end = Math.min(to, bytes.length);
  for (let at = from; at < end; at += LINE) lines.push(lineOf(bytes.subarray(at, end), at));
  return lines.join("\n");
}

function lineOf(rest, offset) {
  const line = rest.subarray(0, LINE);
  const digits = Array.from({ length: LINE }, (_, index) => {
    const byte = line[index]?.toString(16).padStart(2, "0") ?? "  ";
    return index === LINE / 2 ? ` ${byte}` : byte;
  });
  const characters = Array.from(
    line,
    (byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
  );
  const place = offset.toString(16).padStart(8, "0");
  return `${place}  ${digits.join(" ")}  |${characters.join("")}|`;
}
