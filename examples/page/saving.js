import { element } from "./dom.js";

/** Milliseconds of work between two moments in which the page can draw and be used. */
const SLICE = 8;

/** Makes a file of many parts, a few at a time: the page does not stand still meanwhile. */
export async function fileOf(parts, type) {
  const blobs = [];
  let some = [];
  let due = performance.now() + SLICE;
  for (const part of parts) {
    some.push(part);
    if (performance.now() < due) continue;
    blobs.push(new Blob(some));
    some = [];
    await new Promise((resolve) => setTimeout(resolve));
    due = performance.now() + SLICE;
  }
  return new Blob([...blobs, ...some], { type });
}

/** Hands a file to the user. */
export function save(file, name) {
  const href = URL.createObjectURL(file);
  element("a", { href, download: name }).click();
  // Not at once: a browser may still have to ask where to put it.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** A name with the time in it, such as message-2026-01-31-12-00-00.txt. */
export function nameWith(what, ending) {
  return `${what}-${new Date().toISOString().slice(0, 19).replaceAll(/[T:]/g, "-")}.${ending}`;
}
