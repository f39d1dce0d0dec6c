import { textOf } from "./safely.ts";

/** What is over: a link, after which the session goes on, or the session, or all of the client. */
export type Over = "link" | "session" | "client";

/** Why there is no link, and what follows from that. */
export class Cut extends Error {
  // Here and elsewhere declared only: it is set below, and pages load no line for it.
  declare readonly over: Over;
  /** Milliseconds for which the server wants to be left alone. */
  declare readonly retryAfter: number;

  constructor(message: string, over: Over = "link", retryAfter = 0) {
    super(message);
    this.over = over;
    this.retryAfter = retryAfter;
  }
}

/** Anything that went wrong on the way, as a cut. */
export function cutOf(error: unknown, over?: Over): Cut {
  return error instanceof Cut
    ? error
    : Object.assign(new Cut(textOf(error), over), { cause: error });
}
