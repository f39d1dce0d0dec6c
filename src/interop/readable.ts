import type { Connection } from "../connection/connection.ts";
import type { Message } from "../connection/message.ts";
import { checkConnection } from "./check.ts";
import { brokenOff } from "./sending.ts";

/**
 * The messages of a connection as a stream of the web, one chunk each. Nothing is read ahead: what
 * waits for the reader is bounded by `maxQueue` of the route. The stream closes with the closing
 * handshake, and fails if the connection breaks. To cancel it closes the connection.
 *
 * Source: WHATWG Streams §4.
 *
 * @example
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { readableOf, writableOf } from "@edgesocket/edgesocket/interop";
 *
 * serve({
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       // That a client has lost its network is no fault of the server.
 *       onOpen: (_event, connection) =>
 *         readableOf(connection).pipeTo(writableOf(connection)).catch(() => {}),
 *     }),
 * });
 * ```
 *
 * @param connection A connection whose events have no `onMessage`.
 * @returns The stream: text as strings, bytes as an `ArrayBuffer`.
 * @throws {TypeError} If the events have an `onMessage`, somebody else reads the messages, or
 * it is no connection.
 */
export function readableOf(connection: Connection): ReadableStream<Message> {
  checkConnection("readableOf", connection);
  const messages = connection[Symbol.asyncIterator]();
  return new ReadableStream<Message>({
    async pull(controller) {
      const { done, value } = await messages.next();
      if (!done) return controller.enqueue(value);
      const info = await connection.closed;
      if (info.wasClean) controller.close();
      else controller.error(brokenOff("read on", info));
    },
    async cancel() {
      connection.close(1000);
      await messages.return!();
    },
  }, { highWaterMark: 0 });
}
