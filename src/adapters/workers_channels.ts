import type { Channels, DiagnosticsMessages } from "../server/diagnostics.ts";
import { channel, findChannels } from "./channels.ts";

/** All that are told, those of topics and hubs too: complete because of the type. */
const NAMES: Readonly<Record<keyof DiagnosticsMessages, true>> = {
  "edgesocket:handshake": true,
  "edgesocket:open": true,
  "edgesocket:received": true,
  "edgesocket:sent": true,
  "edgesocket:ping": true,
  "edgesocket:backpressure": true,
  "edgesocket:limit": true,
  "edgesocket:close": true,
  "edgesocket:error": true,
  "edgesocket:gap": true,
  "edgesocket:engine": true,
  "edgesocket:topic": true,
  "edgesocket:call": true,
};

/**
 * The channels on Cloudflare, where `hasSubscribers` is a method (workerd 1.20260426), which would
 * always be true: every message would be told to nobody. Afterwards it is what it is on Node.
 */
export function workersChannels(): Channels {
  for (const name of Object.keys(NAMES) as (keyof DiagnosticsMessages)[]) {
    const found = channel(name);
    const asks: unknown = found.hasSubscribers;
    if (typeof asks !== "function") continue;
    Object.defineProperty(found, "hasSubscribers", { get: () => asks.call(found) });
  }
  return findChannels();
}
