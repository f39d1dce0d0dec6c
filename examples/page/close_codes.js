/** What close codes mean: RFC 6455 section 7.4.1 and the registry of IANA. */
const MEANINGS = {
  1000: "normal closure",
  1001: "going away",
  1002: "protocol error",
  1003: "unsupported data",
  1005: "no code given",
  1006: "connection lost",
  1007: "invalid data",
  1008: "policy violation",
  1009: "message too big",
  1010: "extension missing",
  1011: "server error",
  1012: "service restart",
  1013: "try again later",
  1014: "bad gateway",
  1015: "TLS failure",
};

/** "1008: policy violation". */
export function inWords(code) {
  const meaning = MEANINGS[code] ??
    (code >= 4000 ? "the application's own" : code >= 3000 ? "registered by a library" : "unknown");
  return `${code}: ${meaning}`;
}

/** Why a page may not close with this, or "" if it may. */
export function closeFault(code, reason) {
  if (code !== 1000 && !(code >= 3000 && code <= 4999)) {
    return `A page may close with 1000 or with 3000 to 4999, not with ${code}.`;
  }
  const { length } = new TextEncoder().encode(reason);
  return length > 123 ? `A reason has at most 123 bytes, this one has ${length}.` : "";
}
