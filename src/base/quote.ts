/** Characters of a client's value that an error message shows. */
const SHOWN = 40;

/** What a client sent, short and printable: it goes into a response body and perhaps a terminal. */
export function quote(value: string | null): string {
  if (value === null) return "none";
  const printable = value.slice(0, SHOWN).replace(/[^\x20-\x7e]/g, "?");
  return value.length > SHOWN ? `"${printable}..."` : `"${printable}"`;
}

/**
 * What a callback returned in place of an answer. If it is a promise, its rejection goes no
 * further: nobody waits for it, and unhandled it would end the process.
 */
export function quoteAnswer(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null) return "null";
  if (typeof (value as PromiseLike<unknown> | undefined)?.then !== "function") return typeof value;
  Promise.resolve(value).catch(() => {});
  return "a promise (what needs waiting belongs in middleware before the route)";
}
