import { MessageType } from "../wire/message.ts";
import type { Calls } from "./calls.ts";
import { ConnectionLost } from "./connection_lost.ts";

type Args = readonly unknown[];

/** Arguments for the rest of a stream, from the last item that has come. */
type Next = (last: unknown) => Args;

/**
 * A stream that is opened by whoever loops over it, each time anew.
 *
 * @param next Opens it again in a new session, where the last one was lost.
 */
export function itemsOf(calls: Calls, target: string, args: Args, next?: Next) {
  return {
    resumeFrom: (next: Next) => itemsOf(calls, target, args, next),
    [Symbol.asyncIterator]: () => loopOver(calls, target, args, next),
  };
}

type Result = IteratorResult<unknown, undefined>;

const done = (): Result => ({ value: undefined, done: true });

/** What is not taken yet waits here: there is no way to slow a server down. */
function loopOver(
  calls: Calls,
  target: string,
  args: Args,
  next?: Next,
): AsyncIterableIterator<unknown, undefined> {
  const items: unknown[] = [];
  /** How it has ended: what says so, or throws. */
  let end: (() => Result) | undefined;
  let wake = () => {};
  let id: string;

  const over = (how: () => Result) => {
    end = how;
    wake();
  };
  const begin = (args: Args) => {
    id = calls.begin(MessageType.streamInvocation, target, args, {
      item(item) {
        items.push(item);
        wake();
        // From here on it is the rest that is asked for.
        rest = () => next!(item);
      },
      resolve: () => over(done),
      reject(error) {
        const fail = (error: unknown) =>
          over(() => {
            throw error;
          });
        if (!next || calls.over || !(error instanceof ConnectionLost)) return fail(error);
        try {
          begin(rest());
        } catch (error) {
          fail(error);
        }
      },
    });
  };
  let rest = () => args;
  begin(args);

  return {
    async next() {
      for (;;) {
        if (items.length) return { value: items.shift(), done: false };
        if (end) {
          const how = end;
          end = done;
          return how();
        }
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    return() {
      items.length = 0;
      over(done);
      calls.cancel(id);
      return Promise.resolve(done());
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
