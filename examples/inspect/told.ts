import type { Heard } from "./diagnostics.ts";
import type { Told } from "./message.ts";

/** Characters of an error's message that are told. */
const LONGEST = 2_000;

/**
 * What a page is told of something that a channel told.
 *
 * @param development Whether errors are told with what they say, which may be anything: outside of
 * development, only that there was one.
 */
export function told(heard: Heard, development: boolean): Told {
  const { at, name } = heard;
  switch (heard.name) {
    case "error":
      return { at, event: name, ...errorOf(heard.message.error, development) };
    case "call": {
      const { method, outcome, duration, error } = heard.message;
      const failed = error === undefined ? {} : errorOf(error, development);
      return { at, event: name, method, outcome, duration, ...failed };
    }
    default: {
      // The page knows whose it is.
      const { connectionId: _id, path: _path, remoteAddress: _address, ...rest } = heard
        .message as unknown as Record<string, unknown>;
      return { ...rest, at, event: name };
    }
  }
}

function errorOf(error: unknown, development: boolean): { message?: string } {
  if (!development) return {};
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { message: message.slice(0, LONGEST) };
}
