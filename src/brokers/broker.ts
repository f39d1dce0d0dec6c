import type { BrokerPort } from "./port.ts";

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

const ports = new WeakMap<Broker, BrokerPort>();

/** What users are handed of a broker. */
export function brokerOver(engine: string, port: BrokerPort): Broker {
  const broker: Broker = {
    engine,
    get maxPayload(): number {
      return port.maxPayload;
    },
  };
  ports.set(broker, port);
  return broker;
}

/** The port of a broker, which nobody else gets: `undefined` if it is taken, or is no broker. */
export function takePort(broker: Broker): BrokerPort | undefined {
  const port = ports.get(broker);
  ports.delete(broker);
  return port;
}
