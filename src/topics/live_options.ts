import { typeOf, usageError } from "../base/usage_error.ts";
import { type Broker, takePort } from "../brokers/broker.ts";
import { MemoryBroker } from "../brokers/memory.ts";
import type { BrokerPort } from "../brokers/port.ts";
import type { CommonTopicsOptions } from "./options.ts";

/** What topics take that deliver at most once, to subscribers of this process at once. */
export interface LiveOptions extends CommonTopicsOptions {
  /** The default. */
  readonly mode?: "live";
}

/**
 * The port of the broker that the options name.
 *
 * @throws {TypeError} If it is none, or serves other topics.
 */
export function livePort({ broker }: LiveOptions): BrokerPort {
  if (broker === undefined) return new MemoryBroker();
  const isObject = typeof broker === "object" && broker !== null;
  const port = isObject ? takePort(broker as Broker) : undefined;
  if (port !== undefined) return port;
  const expected = "what redis() or nats() returned, of its own for each createTopics";
  throw usageError("use option broker", expected, isObject ? "another one" : typeOf(broker));
}
