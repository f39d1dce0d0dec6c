/** Bursts of messages that healthy clients send and get, by default limits and without a pause. */
export const BURSTS = [
  { count: 2_000, size: 1024 },
  { count: 5_000, size: 1024 },
  { count: 20_000, size: 1024 },
  { count: 100, size: 65_536 },
  { count: 1_000, size: 65_536 },
  { count: 3, size: 1_000_000 },
] as const;

/** How a burst goes: the server sends it, or the client has it echoed. */
export const WAYS = {
  pushed: "the server sends it at once",
  echoed: "the client reads while it sends",
  "echoed late": "the client reads only after it has sent everything",
} as const;

/** The message of a burst with this number. */
export function numbered(index: number, size: number): string {
  return `${index} `.padEnd(size, ".");
}
