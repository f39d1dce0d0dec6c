import type { Link, LinkEvents } from "./link.ts";
import { Posts } from "./posts.ts";
import { request, type Requesting } from "./request.ts";

/** Listens to server-sent events, and sends by requests of their own. */
export function openEventStream(context: Requesting, url: URL, events: LinkEvents): Link {
  const abort = new AbortController();
  const { signal } = abort;
  const ended = (reason: unknown) => {
    void close();
    events.ended(reason);
  };
  const posts = new Posts(context, url, signal, ended);
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const listen = async () => {
    const parts = { headers: { accept: "text/event-stream" }, signal };
    const { body } = await request(context, url, "GET", undefined, parts);
    reader = body!.getReader();
    events.opened();
    await read(reader, events);
  };
  listen().catch(ended);
  const close = () => {
    abort.abort();
    // Deno may have forgotten by now that the body belongs to the signal: denoland/deno#29075.
    return reader?.cancel().catch(() => {});
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

/** Reads events until they end, which is an error. Not every browser can loop over a stream. */
async function read(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  events: LinkEvents,
): Promise<never> {
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
