import { base64Parts, jsonParts } from "./parts.js";

/**
 * Messages as an HTTP Archive 1.2 in parts, in the shape in which browsers' developer tools save
 * WebSockets: one entry for each connection, its messages under `_webSocketMessages`.
 *
 * @param entries Of the log; those that are no messages are not in it.
 * @param connections What is known of each: `{ url, protocol, time }` by its number.
 */
export function* harParts(entries, connections) {
  const creator = { name: "edgesocket playground", version: "1" };
  yield `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"pages":[],"entries":[`;
  const messages = entries.filter(({ direction }) => direction === "in" || direction === "out");
  let separator = "";
  for (const [number, own] of Map.groupBy(messages, ({ connection }) => connection)) {
    const known = connections.get(number) ?? {};
    yield `${separator}\n${JSON.stringify(exchange(known, own)).slice(0, -1)}`;
    yield ',"_webSocketMessages":[';
    yield* messageParts(own);
    yield "]}";
    separator = ",";
  }
  yield "\n]}}\n";
}

function* messageParts(messages) {
  let separator = "\n";
  for (const { time, direction, data } of messages) {
    const binary = typeof data !== "string";
    const type = direction === "out" ? "send" : "receive";
    yield `${separator}{"type":"${type}","time":${time / 1000},"opcode":${binary ? 2 : 1},"data":`;
    if (binary) {
      yield '"';
      yield* base64Parts(data);
      yield '"';
    } else yield* jsonParts(data);
    yield "}";
    separator = ",\n";
  }
}

/** The opening handshake, as far as a page knows it. */
function exchange({ url = "", protocol = "", time }, messages) {
  const started = time ?? messages[0].time;
  const field = (name, value) => value === "" ? [] : [{ name, value }];
  const size = { headersSize: -1, bodySize: -1 };
  return {
    startedDateTime: new Date(started).toISOString(),
    time: messages.at(-1).time - started,
    request: {
      method: "GET",
      url,
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: [],
      queryString: [],
      ...size,
    },
    response: {
      status: 101,
      statusText: "Switching Protocols",
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: field("Sec-WebSocket-Protocol", protocol),
      content: { size: 0, mimeType: "x-unknown" },
      redirectURL: "",
      ...size,
    },
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
    _resourceType: "websocket",
  };
}
