import { channel } from "node:diagnostics_channel";
import type { DiagnosticsMessages } from "edgesocket";

/** The channels that are listened to, by the words for what they tell. */
const NAMES = [
  "handshake",
  "open",
  "received",
  "sent",
  "ping",
  "backpressure",
  "limit",
  "close",
  "error",
  "call",
] as const;

/** One thing that a channel told, by the last word of its name, and when. */
export type Heard = {
  [Name in typeof NAMES[number]]: {
    readonly name: Name;
    readonly message: DiagnosticsMessages[`edgesocket:${Name}`];
    readonly at: number;
  };
}[typeof NAMES[number]];

type Listener = (heard: Heard) => void;

/** Milliseconds since 1970, with fractions. */
export const now = (): number => performance.timeOrigin + performance.now();

/** Held, as Bun forgets a channel that nobody holds. */
const channels = NAMES.map((name) => ({ name, channel: channel(`edgesocket:${name}`) }));
const listeners = new Set<Listener>();
const subscribers = new Map(NAMES.map((name) => [name, (message: unknown) => hear(name, message)]));

function hear(name: typeof NAMES[number], message: unknown): void {
  const heard = { name, message, at: now() } as Heard;
  for (const listener of listeners) {
    try {
      listener(heard);
    } catch (error) {
      // What a listener throws would end the process.
      console.error(error);
    }
  }
}

/** Calls `listener` with whatever is told, until the returned function is called. */
export function listen(listener: Listener): () => void {
  // As long as nobody listens, nothing is made and nothing counted.
  if (listeners.size === 0) {
    for (const { name, channel } of channels) channel.subscribe(subscribers.get(name)!);
  }
  listeners.add(listener);
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    for (const { name, channel } of channels) channel.unsubscribe(subscribers.get(name)!);
  };
}
