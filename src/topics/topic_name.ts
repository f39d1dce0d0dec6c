/** Bytes of UTF-8 that a name may have. */
const LONGEST = 255;

/** Control characters, halves of surrogate pairs, and the wildcards of engines. */
const FORBIDDEN = /[\p{Cc}\p{Cs}*>]/u;

const encoder = new TextEncoder();
/** One more than a name may fill. */
const scratch = new Uint8Array(LONGEST + 4);

/**
 * Whether something is the name of a topic: 1 to 255 bytes of UTF-8 without control characters, `*`
 * and `>`. The rule is the same for every broker, so that a name that works in one process works in
 * many. Anything can come here, because clients name topics.
 */
export function isTopicName(name: unknown): name is string {
  if (typeof name !== "string" || name === "" || name.length > LONGEST) return false;
  if (FORBIDDEN.test(name)) return false;
  return encoder.encodeInto(name, scratch).written <= LONGEST;
}
