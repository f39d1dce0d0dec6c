import type { Link, LinkEvents } from "./link.ts";
import { Posts } from "./posts.ts";
import { request, type Requesting } from "./request.ts";

/** Listens to server-sent events, and sends by requests of their own. */
export function openEventStream(context: Requesting, url: URL, events: LinkEvents): Link {
  const abort = new AbortController();
  const { signal } = abort;
  const ended = (reason: unknown) => {
    abort.abort();
    events.ended(reason);
  };
  const posts = new Posts(context, url, signal, ended);
  listen(context, url, events, signal).catch(ended);
  const close = () => abort.abort();
  return {
    get waiting() {
      return posts.waiting;
    },
    send: (data) => posts.send(data),
    close,
    leave: close,
  };
}

/** Reads events until they end, which is an error. */
async function listen(
  context: Requesting,
  url: URL,
  events: LinkEvents,
  signal: AbortSignal,
): Promise<never> {
  const parts = { headers: { accept: "text/event-stream" }, signal };
  const { body } = await request(context, url, "GET", undefined, parts);
  events.opened();
  // Not every browser can loop over a stream.
  const reader = body!.getReader();
  const utf8 = new TextDecoder();
  let rest = "";
  for (let read; !(read = await reader.read()).done;) {
    const blocks = (rest + utf8.decode(read.value, { stream: true })).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = block.split(/\r?\n/).filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(line[5] === " " ? 6 : 5)).join("\n");
      if (data !== "") events.received(data);
    }
  }
  throw new Error("the stream of events has ended");
}
