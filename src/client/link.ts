/** Messages as they go out. */
export type Data = string | Uint8Array<ArrayBuffer>;

/** What a link tells. */
export interface LinkEvents {
  /** It can be sent to. */
  opened(): void;
  /** Something has come. */
  received(data: string | Uint8Array): void;
  /** It is no more. */
  ended(reason: unknown): void;
}

/** The port that a way to connect implements: one connection, from when it is asked for. */
export interface Link {
  /** Bytes that wait here, about. */
  readonly waiting: number;
  send(data: Data): void;
  /** Says goodbye: the session is over. What it returns settles when the server knows. */
  close(): unknown;
  /** Ends it without a word, as far as that can be: its session goes on elsewhere. */
  leave(): void;
}

/** Opens a link to a URL, for a client. What happens after its end is of no interest. */
export type OpenLink<C> = (context: C, url: URL, events: LinkEvents) => Link;
