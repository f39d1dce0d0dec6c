import { type Completion, type HubMessage, MessageType } from "../wire/message.ts";
import type { HubProtocol } from "../wire/protocol.ts";
import { ConnectionLost } from "./connection_lost.ts";
import { HubError } from "./hub_error.ts";
import type { Outbox, Outgoing } from "./outbox.ts";
import { textOf } from "./safely.ts";

/** Whoever waits for what the server answers. */
export interface Pending {
  /** An item of a stream has come. */
  item?(item: unknown): void;
  /** It is over, and went well. */
  resolve(result: unknown): void;
  /** It is over. */
  reject(error: unknown): void;
  /** Whether the server may have got it. */
  sent?: boolean;
}

/** What was called and is not answered: sent or not, each of them settles once. */
export class Calls {
  readonly #protocol: HubProtocol;
  readonly #outbox: Outbox;
  readonly #pending = new Map<string, Pending>();
  #ids = 0;
  /** Why nothing can be called any more. */
  declare over?: { readonly reason: unknown };

  constructor(protocol: HubProtocol, outbox: Outbox) {
    this.#protocol = protocol;
    this.#outbox = outbox;
  }

  /** How many are not answered. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Calls something, and tells `pending` what becomes of it.
   *
   * @returns The id of the call.
   * @throws {TypeError} If the arguments have values in them that would be lost.
   */
  begin(type: 1 | 4, target: string, args: readonly unknown[], pending: Pending): string {
    const invocationId = `${++this.#ids}`;
    const wanted = () => this.#pending.has(invocationId);
    const values = [...args];
    // What is left out at the end stays out: JSON would make `null` of it.
    while (values.length && values.at(-1) === undefined) values.pop();
    const uploads = values.filter(isUpload);
    const streamIds = uploads.map(() => `${++this.#ids}`);
    const message = {
      type,
      invocationId,
      target,
      arguments: values.filter((value) => !isUpload(value)),
      ...uploads.length && { streamIds },
    };
    // At once, so that whoever changes a value afterwards changes nothing of it.
    const data = this.#protocol.encode(message);
    if (this.over) {
      pending.reject(new ConnectionLost(false, this.over.reason));
      return invocationId;
    }
    this.#pending.set(invocationId, pending);
    const done = () => {
      pending.sent = true;
      uploads.forEach((items, i) => this.#upload(streamIds[i]!, items, wanted));
    };
    this.#outbox.add({ data, wanted, done });
    return invocationId;
  }

  /**
   * Sends what is of use in this session only.
   *
   * @throws {TypeError} If it has values in it that would be lost.
   */
  tell(message: HubMessage, more?: Pick<Outgoing, "done">): void {
    this.#outbox.add({ data: this.#protocol.encode(message), ...more });
  }

  /** Nobody waits any more for a stream. */
  cancel(invocationId: string): void {
    if (this.#settle(invocationId)?.sent) {
      this.tell({ type: MessageType.cancelInvocation, invocationId });
    }
  }

  /** An item of a stream has come. */
  item(invocationId: string, item: unknown): void {
    this.#pending.get(invocationId)?.item?.(item);
  }

  /** An answer has come. */
  complete({ invocationId, error, result }: Completion): void {
    const pending = this.#settle(invocationId);
    if (error === undefined) pending?.resolve(result);
    else pending?.reject(new HubError(error));
  }

  /**
   * The session is over: what was sent in it gets no answer any more.
   *
   * @param over Whether the client is, too.
   */
  lose(reason: unknown, over: boolean): void {
    if (over) this.over = { reason };
    for (const [id, { sent = false }] of [...this.#pending]) {
      if (sent || over) this.#settle(id)?.reject(new ConnectionLost(sent, reason));
    }
  }

  #settle(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /**
   * Uploads what somebody yields, no faster than it can be sent, and what that throws.
   *
   * @param wanted Whether the call that reads it is still there.
   */
  async #upload(
    invocationId: string,
    items: AsyncIterable<unknown>,
    wanted: () => boolean,
  ): Promise<void> {
    let end: { error?: string } = {};
    try {
      for await (const item of items) {
        if (!wanted()) return;
        const message = { type: MessageType.streamItem, invocationId, item };
        await new Promise<void>((done) => this.tell(message, { done }));
      }
    } catch (error) {
      end = { error: textOf(error) };
    }
    if (wanted()) this.tell({ type: MessageType.completion, invocationId, ...end });
  }
}

function isUpload(argument: unknown): argument is AsyncIterable<unknown> {
  const iterable = argument as Partial<AsyncIterable<unknown>> | null | undefined;
  return typeof iterable?.[Symbol.asyncIterator] === "function";
}
