import type { HistoryLimits } from "./history.ts";
import type { BrokerPort, ReplayPort } from "./port.ts";

/**
 * Carries messages between processes. Made by `redis` of `edgesocket/redis` and `nats` of
 * `edgesocket/nats`, for one `createTopics` each, and for hubs beside it, each of another name.
 */
export interface Broker {
  /** The engine: `redis` or `nats`. */
  readonly engine: string;
  /** Bytes that one message may have. */
  readonly maxPayload: number;
}

/** What is behind a broker: each of its owners makes one of the two ports, once. */
export interface BrokerPorts {
  readonly maxPayload: number;
  /** At most once, without a history. Another one each time, over the same clients. */
  live(): BrokerPort;
  /** @throws {TypeError} If something is missing for that. */
  replay(limits: HistoryLimits): ReplayPort;
}

/** Who has the topics of a broker, which have names of their own. */
const TOPICS = "createTopics";

const ports = new WeakMap<Broker, { readonly behind: BrokerPorts; readonly owners: Set<string> }>();

/** What users are handed of a broker. */
export function brokerOver(engine: string, behind: BrokerPorts): Broker {
  const broker: Broker = {
    engine,
    get maxPayload(): number {
      return behind.maxPayload;
    },
  };
  ports.set(broker, { behind, owners: new Set() });
  return broker;
}

/**
 * The ports of a broker, which each owner gets once: `undefined` if it has them, or if this is no
 * broker.
 *
 * @param owner Who it is, if it is not the topics. It has channels of its own.
 */
export function takePorts(broker: Broker, owner: string = TOPICS): BrokerPorts | undefined {
  const found = ports.get(broker);
  if (found === undefined || found.owners.has(owner)) return undefined;
  found.owners.add(owner);
  return found.behind;
}
