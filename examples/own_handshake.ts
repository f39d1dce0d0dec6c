import { Buffer } from "node:buffer";
import { connect } from "node:net";

/** Milliseconds until a server is given up, bytes that it may answer, characters of its body. */
const PATIENCE = 3_000;
const LARGEST = 16 * 1024;
const IN_BODY = 1_000;

/** A close frame of a client, masked with zeros: 1000. */
const CLOSE = Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8);

/** What a server says to an opening handshake. */
export interface HandshakeAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The beginning of it, if its length is known; "" if not. */
  readonly body: string;
}

/**
 * Makes an opening handshake, byte by byte: what `WebSocket` hides from programs is its answer. A
 * connection that is accepted is closed at once.
 *
 * @param url With `http:`; there is no TLS here.
 * @param fields Header fields, `Host` among them.
 * @throws {Error} If there is no answer within three seconds, or none that is HTTP.
 */
export function handshakeWith(url: URL, fields: Headers): Promise<HandshakeAnswer> {
  const lines = [...fields].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(Number(url.port || 80), hostname, () => socket.write(head));
    const timer = setTimeout(() => fail(new Error("no answer within 3 s")), PATIENCE);
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const finish = (answer: HandshakeAnswer) => {
      clearTimeout(timer);
      if (answer.status === 101) socket.end(CLOSE);
      else socket.destroy();
      resolve(answer);
    };
    socket.on("error", fail);
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (received.length > LARGEST) return fail(new Error("an answer of more than 16 KiB"));
      const answer = answerIn(received, false);
      if (answer) finish(answer);
    });
    socket.on("close", () => {
      const answer = answerIn(received, true);
      if (answer) finish(answer);
      else fail(new Error("no answer that is HTTP"));
    });
  });
}

/** The answer, once it is whole; at the end, as much of it as there is. */
function answerIn(received: string, ended: boolean): HandshakeAnswer | undefined {
  const end = received.indexOf("\r\n\r\n");
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(received) ?? [];
  if (end === -1 || status === undefined) return;
  const headers = new Headers();
  for (const line of received.slice(0, end).split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const length = Number(headers.get("content-length") ?? 0);
  const body = received.slice(end + 4, end + 4 + length);
  if (body.length < length && !ended) return;
  const text = Buffer.from(body, "latin1").toString("utf8").slice(0, IN_BODY);
  return { status: Number(status), headers, body: text };
}
