import type { Message } from "../connection/message.ts";
import type { BrokerPort, BrokerSink } from "./port.ts";
import type { Published } from "./published.ts";

const RELAYED: Promise<Published> = Promise.resolve({ relayed: true });

/** The broker of one process, without a history: there is nobody to carry messages to. */
export class MemoryBroker implements BrokerPort {
  readonly maxPayload: number = Infinity;
  readonly state = "up";
  readonly linger = 0;
  readonly alone = true;

  start(_sink: BrokerSink): void {}

  subscribe(): undefined {}

  unsubscribe(): void {}

  publish(_topic: string, _data: Message, _origin: string): Promise<Published> {
    return RELAYED;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
