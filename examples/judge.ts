import { checkHandshake, type WebSocketServer } from "edgesocket";
import { type HandshakeAnswer, handshakeWith } from "./own_handshake.ts";

/** Handshakes with the own server at the same time; above, the rules alone are asked. */
const AT_ONCE = 8;

/** An opening handshake as browsers send it, but for `Host` and `Origin`. */
const OPENING = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** What is said about a handshake. */
export interface Judgement {
  readonly kind: "accepted" | "refused" | "not-an-upgrade";
  /** Of the answer, unless it is 101. */
  readonly status?: number | undefined;
  /** Why it is refused. */
  readonly message?: string | undefined;
  /** Seconds that a client should wait. */
  readonly retryAfter?: number | undefined;
  /** The subprotocol that was chosen; "" if none was. */
  readonly protocol?: string | undefined;
  /** What was asked for, if it was a real handshake. */
  readonly path?: string | undefined;
}

/** Header fields that are laid over those of a well-formed handshake; `null` takes one away. */
export type Fields = Readonly<Record<string, string | null | undefined>>;

/** Judges handshakes with one server: by its rules, or by trying. */
export class Judge {
  readonly #server: (() => WebSocketServer) | undefined;
  #busy = 0;

  constructor(server?: () => WebSocketServer) {
    this.#server = server;
  }

  /** What the rules of the route say, whatever state the server is in. */
  rules(url: string, fields: Fields): Judgement {
    const headers = opening(fields);
    const verdict = checkHandshake(new Request(new URL("/ws", url), { headers }));
    if (verdict.kind === "not-an-upgrade") return verdict;
    const { kind } = verdict;
    if (kind === "accepted") return { kind, protocol: verdict.protocol };
    return { kind, status: verdict.status, message: verdict.message };
  }

  /**
   * What the server says to a real handshake at its own address.
   *
   * @param path Begins with a slash; whatever else it says stays on this server.
   */
  async real(url: string, path: string, fields: Fields, protocols: string): Promise<Judgement> {
    const all = { ...fields, "sec-websocket-protocol": protocols || null };
    const server = this.#server?.();
    if (server?.url.startsWith("http:") !== true || this.#busy >= AT_ONCE) {
      return { ...this.rules(url, all), path: "/ws" };
    }
    this.#busy++;
    try {
      const target = new URL(addressOf(server) + path);
      return { ...judgementOf(await handshakeWith(target, opening(all)), path), path };
    } catch (error) {
      if (server.status === "listening") throw error;
      const message = "the server is shutting down";
      return { kind: "refused", status: 503, message, retryAfter: 1, path };
    } finally {
      this.#busy--;
    }
  }
}

/** Where it listens: a name may lead elsewhere first, and an address that is all of them nowhere. */
function addressOf({ hostname, url, port }: WebSocketServer): string {
  if (hostname === "0.0.0.0") return `http://127.0.0.1:${port}`;
  return hostname === "::" ? `http://[::1]:${port}` : new URL(url).origin;
}

function opening(fields: Fields): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries({ ...OPENING, ...fields })) {
    if (value !== null && value !== undefined) headers.set(name, value);
  }
  return headers;
}

function judgementOf({ status, headers, body }: HandshakeAnswer, path: string): Judgement {
  if (status === 101) {
    return { kind: "accepted", protocol: headers.get("sec-websocket-protocol") ?? "" };
  }
  if (status < 400 || status === 404 || status === 410) return { kind: "not-an-upgrade", status };
  const retryAfter = Number(headers.get("retry-after") ?? 0) || undefined;
  // Only the echo endpoint's own words are told: of other paths it is the status.
  const said = path === "/ws" ? body.trim().split("\n")[0] : "";
  return { kind: "refused", status, message: said || "no reason given", retryAfter };
}
