import type { Connection } from "../connection/connection.ts";
import type { SendData } from "../connection/message.ts";
import { checkConnection } from "./check.ts";
import { brokenOff, written } from "./sending.ts";

/**
 * A stream of the web into a connection, one message for each chunk. A write is done when next to
 * nothing waits for the client (64 KiB), so that whoever waits for `ready` sends as fast as the
 * client reads. To close it closes the connection with 1000, to abort it with 1011. It fails if the
 * connection breaks, and closes it with 1011 for a chunk that is no message; after a closing
 * handshake only what is still written fails.
 *
 * Source: WHATWG Streams §5.
 *
 * @param connection The connection. Its events may have an `onMessage`.
 * @returns The stream: strings become text, bytes become binary messages.
 * @throws {TypeError} If it is no connection.
 */
export function writableOf(connection: Connection): WritableStream<SendData> {
  checkConnection("writableOf", connection);
  const abort = () => connection.close(1011);
  return new WritableStream<SendData>({
    start(controller) {
      connection.closed.then((info) => {
        if (!info.wasClean) controller.error(brokenOff("write", info));
      });
      // At once, where there is a signal: `abort` is called when the write under way is over, and its
      // client may take its time.
      controller.signal?.addEventListener("abort", abort);
    },
    async write(data) {
      try {
        await written(connection, data);
      } catch (error) {
        // A stream that has failed is never aborted: nobody would end its connection any more.
        abort();
        throw error;
      }
    },
    async close() {
      connection.close(1000);
      await connection.closed;
    },
    abort,
  });
}
