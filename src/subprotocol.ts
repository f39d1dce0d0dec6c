/** Chooses a subprotocol from those that the client offers; `undefined` for none of them. */
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
  readonly protocols?: readonly string[] | ProtocolFunction;
  /**
   * Refuse a client that offers none of them, instead of going on without a subprotocol.
   *
   * @default {false}
   */
  readonly requireProtocol?: boolean;
}

/** Either the chosen subprotocol (`""` for none) or why the request is refused. */
export type SubprotocolChoice =
  | { readonly protocol: string }
  | { readonly refusal: string };

/** Chooses a subprotocol for one request. */
export type SubprotocolRule = (request: Request) => SubprotocolChoice;

/** RFC 7230 §3.2.6. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Turns the options into a rule.
 *
 * @throws {TypeError} If a configured subprotocol is not a token, or stands there twice.
 */
export function subprotocolRule(options: SubprotocolOptions): SubprotocolRule {
  const { protocols = [], requireProtocol: required = false } = options;
  if (typeof required !== "boolean") {
    throw new TypeError(
      `Cannot use option requireProtocol: expected true or false, got ${typeof required}`,
    );
  }
  const choose = typeof protocols === "function" ? chosenBy(protocols) : preferred(protocols);

  return (request) => {
    const offered = parseProtocols(
      request.headers.get("sec-websocket-protocol") ?? "",
    );
    if (offered === undefined) {
      return { refusal: "expected distinct tokens in Sec-WebSocket-Protocol" };
    }
    const protocol = choose(offered, request) ?? "";
    return required && protocol === ""
      ? {
        refusal: "expected a subprotocol that this server speaks in Sec-WebSocket-Protocol",
      }
      : { protocol };
  };
}

/**
 * Reads the client's list. Empty elements are passed over (RFC 7230 §7); anything that is not a
 * token, or comes twice (RFC 6455 §4.1), makes the whole list `undefined`.
 */
export function parseProtocols(header: string): readonly string[] | undefined {
  const offered = new Set<string>();
  for (const element of header.split(",")) {
    const token = stripSpace(element);
    if (token === "") continue;
    if (!TOKEN.test(token) || offered.has(token)) return;
    offered.add(token);
  }
  return [...offered];
}

function preferred(protocols: readonly string[]): ProtocolFunction {
  if (!Array.isArray(protocols)) {
    throw new TypeError(
      `Cannot use option protocols: expected a list of tokens or a function, got ${typeof protocols}`,
    );
  }
  for (const [index, name] of protocols.entries()) {
    if (typeof name !== "string" || !TOKEN.test(name)) {
      throw new TypeError(
        `Cannot use option protocols: expected tokens of letters, digits and !#$%&'*+-.^_\`|~, got ${
          JSON.stringify(name)
        }`,
      );
    }
    if (protocols.indexOf(name) !== index) {
      throw new TypeError(
        `Cannot use option protocols: expected distinct tokens, got "${name}" twice`,
      );
    }
  }
  const known = [...protocols];
  return (offered) => known.find((name) => offered.includes(name));
}

function chosenBy(choose: ProtocolFunction): ProtocolFunction {
  return (offered, request) => {
    const chosen: unknown = choose(offered, request);
    if (
      chosen === undefined ||
      (typeof chosen === "string" && offered.includes(chosen))
    ) {
      return chosen;
    }
    throw new TypeError(
      `Cannot choose a subprotocol: the protocols function must return one of those offered or undefined, got ${
        typeof chosen === "string" ? `"${chosen}"` : typeof chosen
      }`,
    );
  };
}

/** Optional white space in header lists is space and tab only; `trim` would take more. */
function stripSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text, start)) start++;
  while (end > start && isSpace(text, end - 1)) end--;
  return text.slice(start, end);
}

function isSpace(text: string, index: number): boolean {
  const char = text[index];
  return char === " " || char === "\t";
}
