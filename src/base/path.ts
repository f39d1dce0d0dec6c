/**
 * The path of a URL, for logs and diagnostics: without the query, where clients put tokens, and
 * without whatever else of it may be secret. `""` for what is no URL.
 */
export function pathOf(url: string): string {
  return /^\w+:\/\/[^/?#]*([^?#]*)/.exec(url)?.[1] ?? "";
}
