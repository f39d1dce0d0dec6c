/**
 * Whom an address stands for, as far as a server can tell: an IPv4 address for itself, an IPv6
 * address for the 64 bits of its network, as every customer has at least that many addresses.
 * IPv4 in the clothes of IPv6 is IPv4, also where a translator has put them on: else all of its
 * clients would be one.
 *
 * Source: RFC 4291 §2.2 and §2.5.5.2; RFC 6052 §2.1; RFC 6177.
 *
 * @returns A text of its own, whatever long text the address was cut out of; `undefined` if it is no
 * IP address.
 */
export function addressKey(address: string): string | undefined {
  const [, bracketed] = BRACKETED.exec(address) ?? [];
  const bare = bracketed ??
    (IPV4_WITH_PORT.test(address) ? address.slice(0, address.lastIndexOf(":")) : address);
  const unscoped = bare.split("%", 1)[0]!.toLowerCase();
  // Engines keep the whole text that a piece was cut out of: here, as many headers as addresses.
  if (IPV4.test(unscoped)) return unscoped.split(".").map(Number).join(".");
  const groups = ipv6Groups(unscoped);
  if (groups === undefined) return undefined;
  if (IPV4_INSIDE.has(groups.slice(0, 6).join())) {
    return groups.slice(6).flatMap((group) => [group >> 8, group & 255]).join(".");
  }
  return `${groups.slice(0, 4).map((group) => group.toString(16)).join(":")}::/64`;
}

/** The prefixes of IPv6 that an IPv4 address stands behind: `::ffff:0:0/96` and `64:ff9b::/96`. */
const IPV4_INSIDE: ReadonlySet<string> = new Set([
  [0, 0, 0, 0, 0, 0xffff].join(),
  [0x64, 0xff9b, 0, 0, 0, 0].join(),
]);

const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);
/** As some proxies write them. */
const BRACKETED = /^\[([^\]]*)\](?::\d+)?$/;
const IPV4_WITH_PORT = /^[\d.]+:\d+$/;
const GROUP = /^[\da-f]{1,4}$/;

/** The eight groups of an IPv6 address. */
function ipv6Groups(address: string): number[] | undefined {
  const halves = withoutDots(address)?.split("::");
  if (halves === undefined || halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => half === "" ? [] : half.split(":"));
  const missing = 8 - head!.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head!, ...new Array<string>(missing).fill("0"), ...tail ?? []];
  return groups.every((group) => GROUP.test(group))
    ? groups.map((group) => parseInt(group, 16))
    : undefined;
}

/** Writes an IPv4 address at the end of an IPv6 one as two groups. */
function withoutDots(address: string): string | undefined {
  if (!address.includes(".")) return address;
  const colon = address.lastIndexOf(":") + 1;
  const ipv4 = address.slice(colon);
  if (colon === 0 || !IPV4.test(ipv4)) return undefined;
  const [a, b, c, d] = ipv4.split(".").map(Number) as [number, number, number, number];
  return `${address.slice(0, colon)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
