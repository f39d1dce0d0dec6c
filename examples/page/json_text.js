/**
 * JSON as a tree over its own text: numbers stay as they were written, names that occur twice are
 * there twice, and what nobody opens is not read. A node is `{ name, kind, from, to }`, where `kind`
 * is object, array, string, number, true, false or null.
 */
const KINDS = { "{": "object", "[": "array", '"': "string", t: "true", f: "false", n: "null" };

/** The root of a text that is an object or an array in JSON; undefined if it is not. */
export function jsonRoot(text) {
  const from = afterSpace(text, 0);
  if (text[from] !== "{" && text[from] !== "[") return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return nodeAt(text, from, "");
}

/** What an object or an array holds, one after the other. */
export function* childrenOf(text, { kind, from }) {
  if (kind !== "object" && kind !== "array") return;
  let index = 0;
  let at = afterSpace(text, from + 1);
  while (text[at] !== "}" && text[at] !== "]") {
    let name = `${index++}`;
    if (kind === "object") {
      const end = afterString(text, at);
      name = JSON.parse(text.slice(at, end));
      at = afterSpace(text, afterSpace(text, end) + 1);
    }
    const node = nodeAt(text, at, name);
    yield node;
    at = afterSpace(text, node.to);
    if (text[at] === ",") at = afterSpace(text, at + 1);
  }
}

/** What is read of a node that holds nothing: a string without its quotes and escapes. */
export function valueOf(text, { kind, from, to }) {
  const written = text.slice(from, to);
  return kind === "string" ? JSON.parse(written) : written;
}

function nodeAt(text, from, name) {
  return { name, kind: KINDS[text[from]] ?? "number", from, to: afterValue(text, from) };
}

function afterSpace(text, from) {
  let at = from;
  while (" \t\n\r".includes(text[at] ?? ".")) at++;
  return at;
}

function afterString(text, from) {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** Without calling itself: however deep it goes, there is room. */
function afterValue(text, from) {
  let [at, depth] = [from, 0];
  do {
    const character = text[at];
    if (character === '"') at = afterString(text, at);
    else if (character === "{" || character === "[") [at, depth] = [at + 1, depth + 1];
    else if (character === "}" || character === "]") [at, depth] = [at + 1, depth - 1];
    else if (depth > 0) at++;
    else while (at < text.length && !",]} \t\n\r".includes(text[at])) at++;
  } while (depth > 0);
  return at;
}
