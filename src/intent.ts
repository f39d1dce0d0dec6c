import type { Host } from "./host.ts";
import type { Agreement } from "./server_connection.ts";

/**
 * An accepted opening handshake that has not been answered yet.
 *
 * `upgradeWebSocket` leaves one behind and returns a 101 that stands for it; whoever wraps the
 * server commits it once the whole pipeline has finished, with the headers that the pipeline made.
 */
export type UpgradeIntent = Agreement;

/** Requests whose server is wrapped: their intents wait for the wrapper. */
const hosts = new WeakMap<Request, Host>();
const intents = new WeakMap<Request, UpgradeIntent>();

/** Says that `host` will commit whatever is intended for `request`. */
export function adopt(request: Request, host: Host): void {
  hosts.set(request, host);
}

/** Who will commit what is intended for `request`, if anybody. */
export function adopter(request: Request): Host | undefined {
  return hosts.get(request);
}

/**
 * Leaves an intent behind.
 *
 * @throws {Error} If there is one for this request already.
 */
export function intend(request: Request, intent: UpgradeIntent): void {
  if (intents.has(request)) {
    throw new Error(
      "Cannot upgrade: expected one upgradeWebSocket for each request, got a second one",
    );
  }
  intents.set(request, intent);
}

/** Takes the intent of a request, if there is one. */
export function takeIntent(request: Request): UpgradeIntent | undefined {
  return intents.get(request);
}
