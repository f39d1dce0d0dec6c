import type { Link } from "./link.ts";
import type { HubTransport } from "./options.ts";
import type { Replay } from "./replay.ts";

/** What a client is to its server: one connection id, from one link to the next. */
export interface Session {
  /** What others may know of it. */
  readonly connectionId: string;
  /** The hub, with what only this client knows. */
  readonly url: URL;
  readonly way: HubTransport;
  /** What lets it go on after a cut; `undefined` if that is its end. */
  readonly replay: Replay | undefined;
  /** Links that were left without a word, until another one has taken their place. */
  readonly left: Set<Link>;
  /** Whether the server has shaken hands, the user has been told of it, and it is over. */
  greeted?: boolean;
  told?: boolean;
  over?: boolean;
  /** Resolves once the user's code has done what a new session needs. */
  ready?: Promise<void>;
}

/** Nobody needs the links of before any more. */
export function tidy({ left }: Session): void {
  for (const link of left) link.close();
  left.clear();
}
