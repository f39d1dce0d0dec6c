import { checkNames, checkOption, pick } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import type { CloseCause } from "../connection/close.ts";
import type { LimitOptions } from "../connection/limits.ts";
import type { OriginOptions } from "../handshake/origin.ts";
import type { ClientSide } from "../wire/contract.ts";
import type { HubContext } from "./context.ts";
import type { HubFilter } from "./filters.ts";
import { type CheckedHubLimits, checkHubLimits, HUB_LIMITS, type HubLimits } from "./limits.ts";

/** The limits of the WebSocket below that a hub leaves to you. */
export type SocketLimits = Pick<
  LimitOptions,
  "idleTimeout" | "maxBackpressure" | "backpressureTimeout" | "closeTimeout" | "limits"
>;

/**
 * What is decided once for a hub.
 *
 * @typeParam User Who `handle` says is calling.
 * @typeParam C What the server may call on clients.
 */
export interface HubOptions<User, C extends ClientSide>
  extends HubLimits, OriginOptions, SocketLimits {
  /**
   * Called when a client has connected, before any call of it. It ends the connection by throwing,
   * and the client does not connect again by itself.
   */
  readonly onConnected?: ((context: HubContext<User, C>) => unknown) | undefined;
  /**
   * Called when a client whose `onConnected` has succeeded is gone, with the reason: the same words
   * as in `onClose` of a connection.
   */
  readonly onDisconnected?:
    | ((context: HubContext<User, C>, cause: CloseCause) => unknown)
    | undefined;
  /** Run around each call and both events, the first one outermost. */
  readonly filters?: readonly HubFilter<User, C>[] | undefined;
  /**
   * What `clients.user(…)` finds a user by. Whoever has none is found by nothing.
   *
   * @default {(user) => user.id}
   */
  readonly userId?: ((user: User) => string | undefined) | undefined;
}

/** The options of a hub, checked. */
export interface CheckedHubOptions {
  readonly limits: CheckedHubLimits;
  readonly origin: OriginOptions;
  readonly socket: SocketLimits;
  readonly onConnected: ((context: never) => unknown) | undefined;
  readonly onDisconnected: ((context: never, cause: CloseCause) => unknown) | undefined;
  readonly filters: readonly HubFilter<never, never>[];
  readonly userId: (user: never) => string | undefined;
}

const ORIGIN = ["origin", "requireOrigin", "dangerouslyAllowAnyOrigin", "trustProxy"] as const;
const SOCKET = [
  "idleTimeout",
  "maxBackpressure",
  "backpressureTimeout",
  "closeTimeout",
  "limits",
] as const;
const FUNCTIONS = ["onConnected", "onDisconnected", "userId"] as const;

/**
 * Checks the options, but for those that a route checks.
 *
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function checkHubOptions<User, C extends ClientSide>(
  options: HubOptions<User, C>,
): CheckedHubOptions {
  checkNames("create", options, [...HUB_LIMITS, ...ORIGIN, ...SOCKET, ...FUNCTIONS, "filters"]);
  for (const name of FUNCTIONS) checkOption(name, options[name], "function");
  const { filters = [] } = options;
  if (!Array.isArray(filters) || filters.some((filter) => typeof filter !== "function")) {
    throw usageError("use option filters", "a list of functions", typeOf(filters));
  }
  return {
    limits: checkHubLimits(options),
    origin: pick(options, ORIGIN),
    socket: pick(options, SOCKET),
    onConnected: options.onConnected as CheckedHubOptions["onConnected"],
    onDisconnected: options.onDisconnected as CheckedHubOptions["onDisconnected"],
    filters: filters as CheckedHubOptions["filters"],
    userId: (options.userId ?? idOf) as CheckedHubOptions["userId"],
  };
}

/** The `id` of a user, if it has one. */
function idOf(user: unknown): string | undefined {
  if (typeof user !== "object" || user === null || !("id" in user)) return undefined;
  return typeof user.id === "string" || typeof user.id === "number" ? `${user.id}` : undefined;
}
