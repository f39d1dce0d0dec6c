/** Whether a `Host` header names this machine: whoever has another one comes by rebinding. */
export function isOwnHost(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

/** Whether whoever has this address is on this machine. */
export function isOwnAddress(address: string): boolean {
  return /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address);
}
