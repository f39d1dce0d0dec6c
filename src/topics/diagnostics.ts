import { channel } from "../adapters/channels.ts";
import type { Channel } from "../base/channel.ts";
import type { EngineDiagnostics, GapDiagnostics, TopicDiagnostics } from "../server/diagnostics.ts";

/** The channels of all topics of the process. */
export interface TopicChannels {
  readonly gap: Channel<GapDiagnostics>;
  readonly engine: Channel<EngineDiagnostics>;
  readonly topic: Channel<TopicDiagnostics>;
}

let channels: TopicChannels | undefined;

/** Where topics tell of what happens. Looked for when something does, not by an import. */
export function topicChannels(): TopicChannels {
  return channels ??= {
    gap: channel("edgesocket:gap"),
    engine: channel("edgesocket:engine"),
    topic: channel("edgesocket:topic"),
  };
}
