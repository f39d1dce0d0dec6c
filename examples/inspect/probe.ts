import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { connect as connectTLS } from "node:tls";
import { httpRequest, type ProbeTarget, targetOf } from "./probe_request.ts";
import { RawResponse } from "./raw_response.ts";

/** Milliseconds and bytes that an answer may take. */
const PATIENCE = 5_000;
const MOST = 64 * 1024;

/** What a server answered, as it was on the wire. */
export interface Probed {
  /** What was asked, and what came: the status line and the fields. */
  readonly request?: string;
  readonly head?: string;
  /** Whatever followed, as text; of a 101 nothing is read. */
  readonly body?: string;
  /** Whether there was more, or more to come. */
  readonly cut?: boolean;
  /** Milliseconds to the end of the head, from when the connection was asked for. */
  readonly ms?: number;
  /** Why there is nothing, or no more. */
  readonly error?: string;
}

/** What is asked of which server. */
export interface ProbeOptions {
  /** `ws:`, `wss:` for an opening handshake; `http:`, `https:` for a plain `GET`. */
  readonly url: string;
  /** Fields in place of those that are sent anyway, or beside them; `""` takes one away. */
  readonly headers: readonly (readonly [string, string])[];
  /** Milliseconds; for tests. */
  readonly patience?: number;
}

/**
 * Asks a server as a browser would, and tells what it answers byte by byte: a browser hides from a
 * page why its WebSocket was refused. Never throws, and never takes longer, or more, than said above.
 */
export async function probe({ url, headers, patience = PATIENCE }: ProbeOptions): Promise<Probed> {
  let target: ProbeTarget;
  let request: string;
  try {
    target = targetOf(url);
    request = httpRequest(target, headers);
  } catch (error) {
    return { error: (error as Error).message };
  }
  const start = performance.now();
  const response = new RawResponse(MOST);
  let ms: number | undefined;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const timer = setTimeout(() => resolve(`no more came within ${patience / 1000} s`), patience);
  let socket: Socket | undefined;
  try {
    socket = dial(target, () => socket?.write(Buffer.from(request, "latin1")));
    socket.on("data", (chunk) => {
      response.add(chunk as Uint8Array);
      if (response.head !== undefined) ms ??= performance.now() - start;
      if (response.complete) resolve(undefined);
    });
    socket.on("error", (error) => resolve(error.message || "the connection failed"));
    socket.on("close", () => resolve(response.head === undefined ? "it closed" : undefined));
    const error = await promise;
    const { head, body, cut } = response;
    return {
      request,
      ...head === undefined ? {} : { head, body, cut: cut || error !== undefined },
      ...ms === undefined ? {} : { ms },
      ...error === undefined ? {} : { error: `Cannot probe ${target.host}: ${error}` },
    };
  } catch (error) {
    return { request, error: `Cannot probe ${target.host}: ${(error as Error).message}` };
  } finally {
    clearTimeout(timer);
    socket?.destroy();
  }
}

function dial({ secure, hostname, port }: ProbeTarget, ready: () => void): Socket {
  if (!secure) return connect({ host: hostname, port }, ready);
  // An address is no name that a certificate could be chosen by.
  const servername = /^[\d.]+$|:/.test(hostname) ? {} : { servername: hostname };
  return connectTLS({ host: hostname, port, ...servername, ALPNProtocols: ["http/1.1"] }, ready);
}
