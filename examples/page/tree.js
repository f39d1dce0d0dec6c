import { element, mark, writeVisible } from "./dom.js";
import { childrenOf, valueOf } from "./json_text.js";
import { beginning } from "./visible.js";

/** Members that are shown at a time, and characters of a string. */
const AT_ONCE = 200;
const IN_STRING = 1_000;

/** A tree that is opened by and by: what nobody opens is not made. */
export function treeOf(text, root) {
  const tree = element("div", { className: "tree" });
  const top = branch(text, { ...root, name: undefined });
  top.open = true;
  tree.append(top);
  return tree;
}

function branch(text, node) {
  const { kind, from, to } = node;
  const [open, close] = kind === "object" ? "{}" : "[]";
  const inside = beginning(text.slice(from + 1, Math.min(to - 1, from + 200)).trim(), 60);
  const summary = element("summary");
  const preview = element("span", { className: "note" });
  const more = inside.left > 0 || to - from > 200 ? " …" : "";
  writeVisible(preview, `${open} ${inside.shown}${more} ${close}`);
  summary.append(...nameOf(node), preview);
  const details = element("details", {}, summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) grow(details, text, childrenOf(text, node));
  });
  return details;
}

function leaf(text, node) {
  const value = element("span", { className: `json-${node.kind}` });
  const { shown, left } = beginning(valueOf(text, node), IN_STRING);
  writeVisible(value, node.kind === "string" ? `"${shown}"` : shown, true);
  if (left > 0) value.append(mark(` … ${left.toLocaleString("en")} more characters`));
  return element("div", { className: "leaf" }, ...nameOf(node), value);
}

function nameOf({ name }) {
  if (name === undefined) return [];
  const shown = element("span", { className: "json-name" });
  writeVisible(shown, name);
  return [shown, ": "];
}

/** Adds the next members, and a button if there are more. */
function grow(parent, text, members) {
  for (let count = 0; count < AT_ONCE; count++) {
    const { value: node, done } = members.next();
    if (done) {
      if (parent.children.length === 1) parent.append(mark("nothing in it"));
      return;
    }
    const isBranch = node.kind === "object" || node.kind === "array";
    parent.append(isBranch ? branch(text, node) : leaf(text, node));
  }
  const more = element("button", { type: "button", textContent: `Next ${AT_ONCE}` });
  more.addEventListener("click", () => {
    more.remove();
    grow(parent, text, members);
    parent.children[AT_ONCE]?.scrollIntoView({ block: "nearest" });
  });
  parent.append(more);
}
