/** Slots of a cluster of Redis or Valkey: each key and each channel is in one of them. */
export const SLOTS = 16_384;

/** The polynomial of CRC-16/XMODEM. */
const POLYNOMIAL = 0x1021;

const encoder = new TextEncoder();

/**
 * The slot of a key or a channel, as the specification of Redis Cluster has it: of what stands between
 * the first braces, if something does, so that names with the same tag are at the same place.
 */
export function hashSlot(name: string): number {
  const open = name.indexOf("{");
  const close = open < 0 ? -1 : name.indexOf("}", open);
  const tag = close > open + 1 ? name.slice(open + 1, close) : name;
  let crc = 0;
  for (const byte of encoder.encode(tag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000 ? (crc << 1) ^ POLYNOMIAL : crc << 1) & 0xffff;
    }
  }
  return crc % SLOTS;
}
