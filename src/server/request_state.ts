import type { Agreement } from "../connection/connection_init.ts";
import type { Host } from "./server_state.ts";
import { mismatch } from "../base/usage_error.ts";

/**
 * An accepted opening handshake that has not been answered yet.
 *
 * `upgradeWebSocket` leaves one behind and returns a 101 that stands for it; whoever wraps the
 * server commits it once the whole pipeline has finished, with the headers that the pipeline made.
 */
export type UpgradeIntent = Agreement;

/**
 * Where a request of a wrapped server carries its host and its intent. A copy of the request does
 * not have them. Not a WeakMap: collecting its entries takes V8 a tenth of each upgrade.
 */
const HOST = Symbol("host");
const INTENT = Symbol("intent");

interface Adopted extends Request {
  [HOST]?: Host;
  [INTENT]?: UpgradeIntent;
}

/** Says that `host` will commit whatever is intended for `request`. */
export function adopt(request: Adopted, host: Host): void {
  request[HOST] = host;
}

/** Who will commit what is intended for `request`, if anybody. */
export function adopter(request: Adopted): Host | undefined {
  return request[HOST];
}

/**
 * Leaves an intent behind.
 *
 * @throws {Error} If there is one for this request already.
 */
export function intend(request: Adopted, intent: UpgradeIntent): void {
  if (request[INTENT]) {
    throw mismatch("upgrade", "one upgradeWebSocket for each request", "a second one", Error);
  }
  request[INTENT] = intent;
}

/** The intent of a request, if there is one. */
export function intentOf(request: Adopted): UpgradeIntent | undefined {
  return request[INTENT];
}
