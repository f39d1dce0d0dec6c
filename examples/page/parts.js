/** Characters, or bytes, of a part: none takes long. */
const PART = 96 * 1024;
/** What one call of `fromCharCode` takes; three bytes are four characters of Base64. */
const CALL = 24 * 1024;

/** A string in JSON, in parts. */
export function* jsonParts(text) {
  yield '"';
  for (let at = 0; at < text.length; at += PART) {
    // Half of a character of two units becomes an escape, which means the same.
    yield JSON.stringify(text.slice(at, at + PART)).slice(1, -1);
  }
  yield '"';
}

/** Bytes in Base64, in parts. */
export function* base64Parts(bytes) {
  for (let at = 0; at < bytes.length; at += CALL) {
    yield btoa(String.fromCharCode(...bytes.subarray(at, at + CALL)));
  }
}

/** What a log calls the directions. */
export const DIRECTIONS = { in: "received", out: "sent", event: "event", server: "server" };

/** Entries of the log as lines of JSON, in parts; binary data in Base64. */
export function* jsonlParts(entries) {
  for (const { time, direction, type, size, data, connection } of entries) {
    const line = {
      time: new Date(time).toISOString(),
      direction: DIRECTIONS[direction],
      type,
      size,
      connection,
    };
    const binary = typeof data !== "string";
    yield `${JSON.stringify(line).slice(0, -1)},"${binary ? "base64" : "data"}":`;
    if (binary) {
      yield '"';
      yield* base64Parts(data);
      yield '"';
    } else yield* jsonParts(data);
    yield "}\n";
  }
}
