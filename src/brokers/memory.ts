import type { Published } from "./published.ts";
import type { BrokerPort } from "./port.ts";

const RELAYED: Promise<Published> = Promise.resolve({ relayed: true });

/** The broker of one process, without a history: there is nobody to carry messages to. */
export class MemoryBroker implements BrokerPort {
  readonly maxPayload: number = Infinity;
  readonly state = "up";
  readonly linger = 0;

  start(): void {}

  subscribe(): undefined {}

  unsubscribe(): void {}

  publish(): Promise<Published> {
    return RELAYED;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
