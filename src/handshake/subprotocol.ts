import { checkOption } from "../base/options.ts";
import { answerError, usageError } from "../base/usage_error.ts";
import { isToken, listElements } from "./field_value.ts";
import type { Opening } from "./opening.ts";

/**
 * Chooses a subprotocol from those that the client offers; `undefined` for none of them. Not called
 * if it offers none.
 *
 * Must answer at once: what needs waiting belongs in middleware before the route.
 */
export type ProtocolFunction = (
  offered: readonly string[],
  request: Request,
) => string | undefined;

/** Which subprotocols a route speaks: RFC 6455 §1.9. */
export interface SubprotocolOptions {
  /**
   * The subprotocols in the server's order of preference: the first one that the client offers is
   * chosen. Or a function that chooses one of those offered. Names are case-sensitive.
   *
   * @default {[]}
   */
  readonly protocols?: readonly string[] | ProtocolFunction | undefined;
  /**
   * Refuse a client that offers none of them, instead of going on without a subprotocol.
   *
   * @default {false}
   */
  readonly requireProtocol?: boolean | undefined;
}

/**
 * Either the chosen subprotocol, `""` for none, with what the client offers if it was none of that; or
 * why the request is refused.
 */
export type SubprotocolChoice =
  | { readonly protocol: string; readonly offered?: string | null }
  | { readonly refusal: string };

const NONE: SubprotocolChoice = { protocol: "" };

/** Chooses a subprotocol for one request. */
export type SubprotocolRule = (opening: Opening) => SubprotocolChoice;

/**
 * Turns the options into a rule.
 *
 * @throws {TypeError} If a configured subprotocol is not a token, or stands there twice.
 */
export function subprotocolRule(options: SubprotocolOptions): SubprotocolRule {
  const { protocols = [], requireProtocol: required = false } = options;
  checkOption("requireProtocol", required, "boolean");
  const choose = typeof protocols === "function" ? chosenBy(protocols) : preferred(protocols);

  return ({ headers, request }) => {
    const header = headers.get("sec-websocket-protocol");
    if (header === null && !required) return NONE;
    const offered = parseSubprotocols(header ?? "");
    // What is wrong with it is not repeated: some clients put a token there.
    if (offered === undefined) {
      return {
        refusal: "expected distinct tokens in Sec-WebSocket-Protocol, got something else",
      };
    }
    const protocol = choose(offered, request) ?? "";
    if (protocol !== "") return { protocol };
    if (!required) return { protocol, offered: header };
    return {
      refusal: "expected a subprotocol that this server speaks, got none of them",
    };
  };
}

/**
 * Reads the client's list. Empty elements do not count (RFC 7230 §7); anything that is not a
 * token, or comes twice (RFC 6455 §4.1), makes the whole list `undefined`.
 */
export function parseSubprotocols(header: string): readonly string[] | undefined {
  const offered = listElements(header);
  return offered.every(isToken) && new Set(offered).size === offered.length ? offered : undefined;
}

function preferred(protocols: readonly string[]): ProtocolFunction {
  if (!Array.isArray(protocols)) {
    throw usageError(
      "use option protocols",
      "a list of tokens or a function",
      `${
        typeof protocols === "string" ? `"${protocols}", write ["${protocols}"]` : typeof protocols
      }`,
    );
  }
  for (const [index, name] of protocols.entries()) {
    if (typeof name !== "string" || !isToken(name)) {
      throw usageError(
        "use option protocols",
        "tokens of letters, digits and !#$%&'*+-.^_`|~",
        JSON.stringify(name),
      );
    }
    if (protocols.indexOf(name) !== index) {
      throw usageError("use option protocols", "distinct tokens", `"${name}" twice`);
    }
  }
  const known = [...protocols];
  return (offered) => known.find((name) => offered.includes(name));
}

function chosenBy(choose: ProtocolFunction): ProtocolFunction {
  return (offered, request) => {
    if (offered.length === 0) return;
    const chosen: unknown = choose(offered, request);
    if (chosen === undefined) return;
    if (typeof chosen === "string" && offered.includes(chosen)) return chosen;
    throw answerError(
      "choose a subprotocol",
      "one of those offered or undefined from the protocols function",
      chosen,
    );
  };
}
