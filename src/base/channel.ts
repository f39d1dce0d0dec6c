/** A channel of diagnostics: the part of those of `node:diagnostics_channel` that we use. */
export interface Channel<Message> {
  /** Whether somebody listens. Asked first, so that nothing is made that nobody reads. */
  readonly hasSubscribers: boolean;
  /** Tells whoever listens, before it returns. Never throws. */
  publish(message: Message): void;
}

/** Where nobody can listen. */
export const SILENT: Channel<unknown> = { hasSubscribers: false, publish() {} };
