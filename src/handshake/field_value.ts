/** RFC 7230 §3.2.6. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Whether `text` is a token of HTTP. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * The elements of a comma-separated list without the white space around them. Empty ones are
 * left out, as RFC 7230 §7 asks of recipients.
 */
export function listElements(list: string): string[] {
  return list.split(",").map(stripSpace).filter((element) => element !== "");
}

/** Optional white space in HTTP is space and tab only; `trim` would take more. */
function stripSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text, start)) start++;
  while (end > start && isSpace(text, end - 1)) end--;
  return text.slice(start, end);
}

function isSpace(text: string, index: number): boolean {
  const char = text[index];
  return char === " " || char === "\t";
}
