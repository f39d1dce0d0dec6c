/** 16 hexadecimal digits that no other process has. */
export function randomId(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(-16);
}
