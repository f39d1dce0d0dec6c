import { nextTurn } from "../base/turn.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import { MessageType } from "../wire/message.ts";
import { isAbort } from "./hub_error.ts";
import type { HubInvocation } from "./invocation.ts";
import type { Session } from "./session.ts";
import type { Transport } from "./transport.ts";

/** Bytes that may wait for a client before its streams wait for it. */
const MARK = 64 * 1024;

/** Items after which others have their turn: a stream that waits for nothing would leave them none. */
const ITEMS = 64;

/**
 * Sends what a handler yields, no faster than the client reads, until it ends, fails or is cancelled.
 * Resolves then, although the handler itself may take longer: `released` settles when that is over.
 *
 * @param released Called with what settles when nothing of the stream runs any more.
 * @throws What the handler throws. A cancelled one throws nothing.
 */
export async function sendStream(
  session: Session,
  call: HubInvocation,
  items: unknown,
  released: (rest: Promise<unknown>) => void,
): Promise<void> {
  const iterator = iteratorOf(items, call.callable.name);
  const { transport } = session;
  const patience = new Patience(call.signal);
  let last: Promise<unknown> = Promise.resolve();
  let done = false;
  try {
    for (let count = 1; !call.cancelled; count++) {
      const next = Promise.resolve(iterator.next());
      last = next;
      const result = await patience.wait(next);
      if (result === undefined) return;
      done = result.done === true;
      if (done) return;
      const { value } = result;
      session.send({ type: MessageType.streamItem, invocationId: call.id ?? "", item: value });
      if (session.unsent > MARK) {
        session.flush();
        if (transport.bufferedAmount > MARK) await patience.wait(transport.drained());
      }
      if (count % ITEMS === 0) await nextTurn();
    }
  } catch (error) {
    // What it throws because it was cancelled is no fault.
    if (!call.cancelled) throw error;
  } finally {
    released(done ? last : leave(iterator, last, transport));
  }
}

/** Waits for one thing after another, unless a signal comes: then for nothing any more. */
class Patience {
  readonly #signal: AbortSignal;
  #giveUp: () => void = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    // One listener for all: a race for each item would leave something behind each time.
    signal.addEventListener("abort", () => this.#giveUp(), { once: true });
  }

  /** What `promise` settles to; `undefined` if the signal comes first. */
  wait<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => resolve(undefined);
      if (this.#signal.aborted) this.#giveUp();
      promise.then(resolve, reject);
    });
  }
}

/** Ends a loop over what may still be at work, and reports what that throws. Never rejects. */
function leave(
  iterator: AsyncIterator<unknown>,
  last: Promise<unknown>,
  transport: Transport,
): Promise<unknown> {
  // A generator that is at work returns when it is done with that.
  const left = async () => await iterator.return?.();
  const failed = (error: unknown) => {
    if (!isAbort(error)) transport.report(error);
  };
  return Promise.allSettled([last, left().catch(failed)]);
}

function iteratorOf(items: unknown, name: string): AsyncIterator<unknown> {
  const iterable = items as Partial<AsyncIterable<unknown>> | null | undefined;
  if (typeof iterable?.[Symbol.asyncIterator] === "function") {
    return iterable[Symbol.asyncIterator]!();
  }
  throw usageError(`stream ${name}`, "an AsyncIterable from its handler", typeOf(items));
}
