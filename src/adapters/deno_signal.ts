/** Whether Deno's warning about signals is kept off the console of this process. */
let muted = false;

/** Aborts when the client of a request leaves, if it was read before. */
export function signalOf(request: Request): AbortSignal {
  if (!muted) muteWarning();
  return request.signal;
}

/**
 * Deno warns once in each process when a request whose signal was read is done, as if somebody had
 * relied on the abort. We only look at it, and keep that one warning off the console.
 */
function muteWarning(): void {
  muted = true;
  const { warn } = console;
  const filter = (...words: unknown[]): void => {
    if (!`${words[0]}`.startsWith("Deno.serve: request.signal aborts")) return warn(...words);
    if (console.warn === filter) console.warn = warn;
  };
  console.warn = filter;
}
