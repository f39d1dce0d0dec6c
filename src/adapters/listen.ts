import type { Channel } from "../base/channel.ts";
import { usageError } from "../base/usage_error.ts";
import type { DiagnosticsMessages } from "../server/diagnostics.ts";
import { channel } from "./channels.ts";

type Listener = (message: unknown) => void;

/** What listeners use of a channel. */
interface Audible<Message> extends Channel<Message> {
  subscribe?(listener: Listener): void;
  unsubscribe?(listener: Listener): void;
}

/**
 * Listens to a channel until the returned function is called, which has to be kept until then: it
 * holds the channel, which Bun would forget.
 *
 * @throws {Error} If the runtime has no `node:diagnostics_channel`.
 */
export function listen<Name extends keyof DiagnosticsMessages>(
  name: Name,
  listener: (message: DiagnosticsMessages[Name]) => void,
): () => void {
  const found: Audible<DiagnosticsMessages[Name]> = channel(name);
  if (found.subscribe === undefined) {
    throw usageError("listen", "node:diagnostics_channel", "a runtime without it", Error);
  }
  // Of its own for each call: the same listener may be there twice.
  const own: Listener = (message) => listener(message as DiagnosticsMessages[Name]);
  found.subscribe(own);
  return () => found.unsubscribe?.(own);
}
