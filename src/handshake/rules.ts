import { checkNames } from "../base/options.ts";
import { checkCompression, type CompressionOptions } from "./compression.ts";
import { type HeadersOption, parseHeaders } from "./headers.ts";
import { malformed, type Opening, openingOf } from "./opening.ts";
import { type OriginOptions, type OriginRule, originRule } from "./origin.ts";
import { type SubprotocolOptions, type SubprotocolRule, subprotocolRule } from "./subprotocol.ts";
import { type HandshakeVerdict, refusal, type Verdict } from "./verdict.ts";

/** What an opening handshake has to satisfy, and what its response carries. */
export interface HandshakeOptions extends OriginOptions, SubprotocolOptions {
  /**
   * Headers for the 101 response, beside those that your middleware sets.
   *
   * @default {{}}
   */
  readonly headers?: HeadersOption | undefined;
  /**
   * Whether messages are compressed for clients that offer it, on a server whose own `compression` is
   * on; or from how many bytes on. `false` for routes whose messages hold secrets beside what others
   * can choose.
   *
   * Source: RFC 7692.
   *
   * @default {that of the server}
   */
  readonly compression?: boolean | CompressionOptions | undefined;
}

/** The names of `HandshakeOptions`. */
export const HANDSHAKE_OPTIONS: readonly (keyof HandshakeOptions)[] = [
  "origin",
  "requireOrigin",
  "dangerouslyAllowAnyOrigin",
  "trustProxy",
  "protocols",
  "requireProtocol",
  "headers",
  "compression",
];

/** Handshake options that were checked once and judge any number of requests. */
export interface HandshakeRules {
  readonly origin: OriginRule;
  readonly subprotocol: SubprotocolRule;
  readonly headers: Headers | undefined;
  /** The option, checked: see `checkCompression`. */
  readonly compression: number | boolean | undefined;
}

/**
 * Checks the options.
 *
 * @throws {TypeError} If one of them is not what its documentation asks for.
 * @throws {RangeError} If a number is out of range.
 */
export function handshakeRules(options: HandshakeOptions): HandshakeRules {
  return {
    origin: originRule(options),
    subprotocol: subprotocolRule(options),
    headers: parseHeaders(options.headers),
    compression: checkCompression(options.compression),
  };
}

/**
 * Judges an opening handshake without acting on it: the same rules that `upgradeWebSocket` applies,
 * on every runtime.
 *
 * Source: RFC 6455 §4.2.1, stricter where it says MUST for the client, and §10.2 for the origin.
 *
 * @example See why a page may not connect
 * ```ts
 * import { checkHandshake } from "@edgesocket/edgesocket";
 * import { assertEquals } from "@std/assert";
 *
 * const verdict = checkHandshake(
 *   new Request("http://localhost:8000/ws", {
 *     headers: {
 *       connection: "Upgrade",
 *       upgrade: "websocket",
 *       "sec-websocket-version": "13",
 *       "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
 *       origin: "https://evil.example",
 *     },
 *   }),
 * );
 * assertEquals(verdict.kind === "refused" && verdict.status, 403);
 * ```
 *
 * @param request The request as the server received it. It is read, never consumed.
 * @param options The options of the route.
 * @returns `accepted` with the subprotocol and the headers for the 101, `not-an-upgrade`, or
 * `refused` with a status.
 * @throws {TypeError} If an option is not what its documentation asks for. Never because of what
 * the client sent.
 */
export function checkHandshake(
  request: Request,
  options: HandshakeOptions = {},
): HandshakeVerdict {
  checkNames("checkHandshake", options, HANDSHAKE_OPTIONS);
  const rules = handshakeRules(options);
  const opening = openingOf(request);
  if (opening === undefined) return { kind: "not-an-upgrade" };
  const verdict = judge(opening, rules);
  if (verdict.kind === "refused") return verdict;
  const { kind, protocol } = verdict;
  return { kind, protocol, headers: new Headers(rules.headers) };
}

/** Applies the rules to one opening handshake. */
export function judge(opening: Opening, rules: HandshakeRules): Verdict {
  const fault = malformed(opening);
  if (fault) return fault;
  try {
    const stranger = rules.origin(opening);
    if (stranger !== undefined) return refusal(403, stranger);
    const choice = rules.subprotocol(opening);
    if ("refusal" in choice) return refusal(400, choice.refusal);
    return { kind: "accepted", protocol: choice.protocol, offered: choice.offered };
  } catch (error) {
    return { ...refusal(500, "the server failed to judge this request"), error };
  }
}
