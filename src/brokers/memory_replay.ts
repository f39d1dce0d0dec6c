import type { Clock } from "../base/clock.ts";
import type { Message } from "../connection/message.ts";
import { History, type HistoryLimits } from "./history.ts";
import { MemoryBroker } from "./memory.ts";
import type { BrokerSink, Page, ReplayPort } from "./port.ts";
import type { Position, Published } from "./published.ts";

/** The broker of one process, with a history. */
export class MemoryReplayBroker extends MemoryBroker implements ReplayPort {
  readonly #history: History;
  #sink: BrokerSink | undefined;

  constructor(limits: HistoryLimits, clock: Clock) {
    super();
    this.#history = new History(limits, clock);
  }

  override start(sink: BrokerSink): void {
    this.#sink = sink;
  }

  override publish(topic: string, data: Message, origin: string): Promise<Published> {
    const message = this.#history.add(topic, data, origin);
    this.#sink?.deliver(topic, message);
    return Promise.resolve({ relayed: true, position: message.position });
  }

  read(topic: string, after: Position, limit: number): Page {
    return this.#history.read(topic, after, limit);
  }

  position(_topic: string): Position {
    return this.#history.position;
  }

  override close(): Promise<void> {
    this.#history.close();
    return super.close();
  }
}
