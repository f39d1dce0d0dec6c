import { type HubMessage, MessageType } from "../wire/message.ts";
import { ReceivedMessages } from "../wire/received_messages.ts";
import { SentMessages } from "../wire/sent_messages.ts";

/** What lets a client go on after a cut: the numbers of messages in both directions. */
export class Continuity {
  readonly sent: SentMessages;
  readonly received: ReceivedMessages;

  /** @param most Bytes that are kept for the client. A third of them that has come is acknowledged. */
  constructor(most: number) {
    this.sent = new SentMessages(most);
    this.received = new ReceivedMessages(Math.ceil(most / 3));
  }
}

/** Whether messages of a type have numbers: those that are about the connection itself have none. */
export function isNumbered(type: HubMessage["type"]): boolean {
  return type <= MessageType.cancelInvocation;
}
