import { MemoryBroker } from "../brokers/memory.ts";
import type { BrokerPort } from "../brokers/port.ts";
import { type CommonTopicsOptions, portsOf } from "./options.ts";

/** What topics take that deliver at most once, to subscribers of this process at once. */
export interface LiveOptions extends CommonTopicsOptions {
  /** The default. */
  readonly mode?: "live" | undefined;
}

/**
 * The port of the broker that the options name.
 *
 * @throws {TypeError} If it is none, or serves other topics.
 */
export function livePort({ broker }: LiveOptions): BrokerPort {
  return broker === undefined ? new MemoryBroker() : portsOf(broker).live();
}
