/** Characters of a client's value that an error message shows. */
const SHOWN = 40;

/** What a client sent, short and printable: it goes into a response body and perhaps a terminal. */
export function quote(value: string | null): string {
  if (value === null) return "none";
  const printable = value.slice(0, SHOWN).replace(/[^\x20-\x7e]/g, "?");
  return value.length > SHOWN ? `"${printable}..."` : `"${printable}"`;
}
