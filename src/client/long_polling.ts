import type { Link, LinkEvents } from "./link.ts";
import { Posts } from "./posts.ts";
import { request, type Requesting } from "./request.ts";

/** Milliseconds that a poll may take: servers answer after 90 seconds, even if there is nothing. */
const PATIENCE = 100_000;

/** Asks again and again whether there is something, and sends by requests of their own. */
export function openLongPolling(context: Requesting, url: URL, events: LinkEvents): Link {
  const abort = new AbortController();
  const { signal } = abort;
  const ended = (reason: unknown) => {
    abort.abort();
    events.ended(reason);
  };
  const posts = new Posts(context, url, signal, ended);
  poll(context, url, events, signal, ended).catch(ended);
  const close = () => {
    if (signal.aborted) return;
    abort.abort();
    // The client may be over, and this is to go out still.
    const parts = { signal: AbortSignal.timeout(PATIENCE) };
    return request(context, url, "DELETE", [202, 404], parts)
      .then(({ body }) => body?.cancel(), () => {});
  };
  return {
    get waiting() {
      return posts.waiting;
    },
    send: (data) => posts.send(data),
    close,
    leave: close,
  };
}

/** Polls until the server says that it is over, which is an error. */
async function poll(
  context: Requesting,
  url: URL,
  events: LinkEvents,
  signal: AbortSignal,
  ended: (reason: unknown) => void,
): Promise<never> {
  for (let first = true;; first = false) {
    const late = () => ended(new Error("a poll was not answered"));
    const cancel = context.world.clock.after(PATIENCE, late);
    try {
      const response = await request(context, url, "GET", undefined, { signal });
      const data = new Uint8Array(await response.arrayBuffer());
      if (first) events.opened();
      if (data.length > 0) events.received(data);
    } finally {
      cancel();
    }
  }
}
