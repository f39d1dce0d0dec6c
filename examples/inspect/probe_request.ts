/** Where a probe goes. */
export interface ProbeTarget {
  readonly hostname: string;
  readonly port: number;
  /** As in the `Host` field. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
  readonly secure: boolean;
  /** Whether a WebSocket is asked for. */
  readonly upgrade: boolean;
}

/** Fields, and characters of all of them. */
const MOST_FIELDS = 50;
const LONGEST = 8 * 1024;

/** RFC 9110 §5.6.2 and §5.5: whatever else would end a line, or begin another one. */
const NAME = /^[!#$%&'*+\-.^_`|~\w]+$/;
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Reads where a probe shall go.
 *
 * @throws {TypeError} If that is no URL, or not one of a server that could be asked.
 */
export function targetOf(text: string): ProbeTarget {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^(ws|http)s?:$/.test(url.protocol)) {
    throw new TypeError(`Cannot probe: expected a URL with ws, wss, http or https, got "${text}"`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("Cannot probe: expected a URL without a user, as browsers send none");
  }
  const secure = /^(wss|https):$/.test(url.protocol);
  return {
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || (secure ? 443 : 80)),
    host: url.host,
    path: url.pathname + url.search,
    secure,
    upgrade: url.protocol.startsWith("ws"),
  };
}

/**
 * Writes the request: that of a browser, with `headers` in place of its own or beside them.
 *
 * @throws {TypeError} If one of them could not be sent as it is.
 */
export function httpRequest(
  { host, path, upgrade }: ProbeTarget,
  headers: readonly (readonly [string, string])[],
): string {
  if (headers.length > MOST_FIELDS) {
    throw new TypeError(`Cannot probe: expected at most ${MOST_FIELDS} headers`);
  }
  for (const [name, value] of headers) {
    if (!NAME.test(name) || NO_VALUE.test(value)) {
      throw new TypeError(
        `Cannot probe: expected a header that can be sent, got ${JSON.stringify(name)}: ${
          JSON.stringify(value)
        }`,
      );
    }
  }
  const own: readonly (readonly [string, string])[] = upgrade
    ? [
      ["Host", host],
      ["Connection", "Upgrade"],
      ["Upgrade", "websocket"],
      ["Sec-WebSocket-Version", "13"],
      ["Sec-WebSocket-Key", btoa(String.fromCharCode(...crypto.getRandomValues(bytes())))],
    ]
    : [["Host", host], ["Connection", "close"], ["Accept", "*/*"]];
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const fields = [...own.filter(([name]) => !given.has(name.toLowerCase())), ...headers]
    .filter(([, value]) => value !== "");
  const text = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  if (text.length > LONGEST) {
    throw new TypeError(`Cannot probe: expected headers of at most ${LONGEST} characters`);
  }
  return `GET ${path} HTTP/1.1\r\n${text}\r\n`;
}

const bytes = () => new Uint8Array(16);
