const encoder = new TextEncoder();
/** Where text is encoded only to be counted, a piece at a time: encoding as a whole makes garbage. */
const scratch = new Uint8Array(16 * 1024);

/** The bytes of a text in UTF-8; a lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let rest = text; rest !== "";) {
    const { read, written } = encoder.encodeInto(rest, scratch);
    bytes += written;
    rest = rest.slice(read);
  }
  return bytes;
}

/** Whether a text is longer than `max` bytes of UTF-8. */
export function utf8Exceeds(text: string, max: number): boolean {
  // A UTF-16 unit takes 1 to 3 bytes of UTF-8, so that most texts need no counting.
  if (text.length * 3 <= max) return false;
  return text.length > max || utf8Length(text) > max;
}
