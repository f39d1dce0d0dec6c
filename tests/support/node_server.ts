import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { NodeIncoming, NodeStream } from "../../src/adapters/node_http.ts";

/** A server of `node:http` with listeners of a test, until it is disposed. */
export interface TestNodeServer extends AsyncDisposable {
  readonly http: Server;
  readonly port: number;
}

/** What Node's event `upgrade` comes with. */
export type OnUpgrade = (incoming: NodeIncoming, stream: NodeStream, head: Uint8Array) => void;

/** Starts one whose pages say `page`. */
export async function nodeServer(onUpgrade?: OnUpgrade): Promise<TestNodeServer> {
  const http = createServer((_request, response) => response.end("page"));
  const streams = new Set<{ destroy(): unknown }>();
  http.on("connection", (stream) => {
    streams.add(stream);
    stream.once("close", () => streams.delete(stream));
  });
  if (onUpgrade) {
    http.on("upgrade", (incoming, stream, head) => onUpgrade(incoming, stream as never, head));
  }
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    http,
    port: (http.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        http.close(() => resolve());
        for (const stream of streams) stream.destroy();
      }),
  };
}
