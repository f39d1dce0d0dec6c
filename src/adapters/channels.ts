import { type Channel, SILENT } from "../base/channel.ts";
import type { Channels, DiagnosticsMessages } from "../server/diagnostics.ts";

/** The part of `process` that we use, on Node and on whoever is like it. */
interface Process {
  getBuiltinModule?(name: string): { channel(name: string): Channel<unknown> } | undefined;
}

/**
 * A channel of `node:diagnostics_channel`. Where the runtime has none, nobody can
 * listen.
 */
export function channel<Name extends keyof DiagnosticsMessages>(
  name: Name,
): Channel<DiagnosticsMessages[Name]> {
  const { process } = globalThis as { process?: Process };
  return process?.getBuiltinModule?.("node:diagnostics_channel")?.channel(name) ??
    SILENT;
}

let channels: Channels | undefined;

const KEYS = "open received sent ping backpressure limit close handshake error";

/** The channels of all servers of the process. Asked for by the first one, not by an import. */
export function findChannels(): Channels {
  return channels ??= Object.fromEntries(
    KEYS.split(" ").map((key) => [key, channel(`edgesocket:${key as keyof Channels}`)]),
  ) as unknown as Channels;
}
