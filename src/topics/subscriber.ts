import type { SendData } from "../connection/message.ts";

/** What can be subscribed: a connection of edgesocket, or anything like it. */
export interface Subscriber {
  /** A name that no other one has. */
  readonly id: string;
  /** Settles when it has ended, and with it its subscriptions. */
  readonly closed: Promise<unknown>;
  /** WHATWG WebSockets `readyState`: 2 and 3 subscribe to nothing any more. */
  readonly readyState?: number;
  /** Bytes that wait for it: what it has missed is sent no faster than it takes it. */
  readonly bufferedAmount?: number;
  /** Sends one message; `false` if it was not sent. */
  send(data: SendData): boolean;
  /** Resolves when nothing waits for it any more. */
  drained?(): Promise<void>;
}
