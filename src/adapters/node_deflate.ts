import { listElements } from "../handshake/field_value.ts";

/** The window that our compressor has, as a power of 2: 8 KiB, a quarter of what it could have. */
const WINDOW_BITS = 13;

/**
 * What `ws` is told of compression. Each message is compressed by itself, so that what one says cannot
 * be guessed from the length of the next. From how many bytes on is for us to say, message by message.
 */
export const DEFLATE: Readonly<Record<string, unknown>> = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: WINDOW_BITS,
  zlibDeflateOptions: { memLevel: 6 },
  threshold: 0,
};

/** Characters that an offer may have: with all its parameters, it has some 120. */
const LONGEST = 256;

/** A parameter that we can agree to: RFC 7692 §7.1. Its value may stand in quotes. */
const PARAMETER =
  /^(server_no_context_takeover|client_no_context_takeover|client_max_window_bits|server_max_window_bits)(?:=(\d+|"\d+"))?$/;

/**
 * The first of a client's offers that can be taken, in its own words; `undefined` if there is none.
 * `ws` would refuse the handshake for one that cannot; by RFC 7692 §5.1 that offer is passed over.
 *
 * @param offers The value of `Sec-WebSocket-Extensions`.
 */
export function acceptable(offers: string): string | undefined {
  return listElements(offers).find((offer) => {
    if (offer.length > LONGEST) return false;
    const [name, ...parameters] = offer.split(";").map((part) => part.trim());
    const seen = new Set<string>();
    return name === "permessage-deflate" && parameters.every((text) => {
      const [, parameter, value] = PARAMETER.exec(text) ?? [];
      if (parameter === undefined || seen.has(parameter)) return false;
      seen.add(parameter);
      return isValid(parameter, value?.replaceAll('"', ""));
    });
  });
}

function isValid(parameter: string, value: string | undefined): boolean {
  if (parameter.endsWith("_takeover")) return value === undefined;
  const least = parameter === "server_max_window_bits" ? WINDOW_BITS : 8;
  // Of the client's window, it may say no more than that we may bound it.
  if (value === undefined) return least === 8;
  return !value.startsWith("0") && Number(value) >= least && Number(value) <= 15;
}
