/**
 * Characters that nobody sees, or that change what others look like: controls, marks that turn the
 * direction of writing, spaces without width, tags. A joiner within an emoji is part of it.
 */
const HIDDEN =
  /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d/gu;

/** Line breaks and tabs, which a text of several lines shows by itself. */
const LAYOUT = /[\n\t]/;

/** What programmers write for them. */
const ESCAPES = { "\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** What stands for a character that nobody sees. */
function pictureOf(character) {
  const code = character.codePointAt(0);
  const hex = code.toString(16).toUpperCase();
  if (code < 0x80) return ESCAPES[character] ?? `\\x${hex.padStart(2, "0")}`;
  return `U+${hex.padStart(4, "0")}`;
}

/**
 * A text in pieces: `{ text, mark }`, where a mark stands for a character that nobody sees.
 *
 * @param lines Whether line breaks and tabs stay what they are.
 */
export function piecesOf(text, lines = false) {
  const pieces = [];
  let from = 0;
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (lines && LAYOUT.test(character)) continue;
    if (index > from) pieces.push({ text: text.slice(from, index), mark: false });
    pieces.push({ text: pictureOf(character), mark: true });
    from = index + character.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), mark: false });
  return pieces;
}

/**
 * The beginning of a text, `most` characters of it, and how many were left out. A character of two
 * units stays whole.
 */
export function beginning(text, most) {
  if (text.length <= most) return { shown: text, left: 0 };
  const split = /[\ud800-\udbff]/.test(text[most - 1]);
  const end = split ? most - 1 : most;
  return { shown: text.slice(0, end), left: text.length - end };
}
