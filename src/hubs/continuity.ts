import type { Holder, MemoryBudget } from "../connection/memory_budget.ts";
import { type HubMessage, MessageType } from "../wire/message.ts";
import { ReceivedMessages } from "../wire/received_messages.ts";
import { SentMessages } from "../wire/sent_messages.ts";

/** What lets a client go on after a cut: the numbers of messages in both directions. */
export class Continuity implements Holder {
  held = 0;
  freeable = 0;
  readonly sent: SentMessages;
  readonly received: ReceivedMessages;
  readonly #budget: MemoryBudget | undefined;

  /**
   * @param most Bytes that are kept for the client. A third of them that has come is acknowledged.
   * @param budget That of its server, in which they count.
   */
  constructor(most: number, budget?: MemoryBudget) {
    this.sent = new SentMessages(most);
    this.received = new ReceivedMessages(Math.ceil(most / 3));
    this.#budget = budget;
  }

  /** Keeps a message that is sent. */
  keep(message: string | Uint8Array<ArrayBuffer>): void {
    this.sent.add(message);
    this.#count();
  }

  /**
   * The client has everything up to a message.
   *
   * @throws {WireError} If that was never sent.
   */
  acknowledge(id: number): void {
    this.sent.acknowledge(id);
    this.#count();
  }

  /** The client does not come back. */
  end(): void {
    this.evict();
  }

  /** Where there is no room, a cut is the end. The client itself is not touched. */
  evict(): void {
    this.sent.forget();
    this.#count();
  }

  /** What is kept is free for whoever needs it, before a client has to go: as if it had ended. */
  #count(): void {
    const { size } = this.sent;
    this.#budget?.update(this, size, size, true);
  }
}

/** Whether messages of a type have numbers: those that are about the connection itself have none. */
export function isNumbered(type: HubMessage["type"]): boolean {
  return type <= MessageType.cancelInvocation;
}
