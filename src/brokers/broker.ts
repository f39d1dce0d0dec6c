import type { HistoryLimits } from "./history.ts";
import type { BrokerPort, ReplayPort } from "./port.ts";

/**
 * Carries messages between processes. Made by `redis` of `edgesocket/redis` and `nats` of
 * `edgesocket/nats`, for one `createTopics` each.
 */
export interface Broker {
  /** The engine: `redis` or `nats`. */
  readonly engine: string;
  /** Bytes that one message may have. */
  readonly maxPayload: number;
}

/** What is behind a broker: one of the two ports is made, once. */
export interface BrokerPorts {
  readonly maxPayload: number;
  /** At most once, without a history. */
  live(): BrokerPort;
  /** @throws {TypeError} If something is missing for that. */
  replay(limits: HistoryLimits): ReplayPort;
}

const ports = new WeakMap<Broker, BrokerPorts>();

/** What users are handed of a broker. */
export function brokerOver(engine: string, behind: BrokerPorts): Broker {
  const broker: Broker = {
    engine,
    get maxPayload(): number {
      return behind.maxPayload;
    },
  };
  ports.set(broker, behind);
  return broker;
}

/** The ports of a broker, which nobody else gets: `undefined` if it is taken, or is no broker. */
export function takePorts(broker: Broker): BrokerPorts | undefined {
  const behind = ports.get(broker);
  ports.delete(broker);
  return behind;
}
