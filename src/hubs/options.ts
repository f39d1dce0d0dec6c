import type { Broker } from "../brokers/broker.ts";
import type { TopicsState } from "../brokers/state.ts";
import { checkNames, checkOption, pick } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import type { CloseCause } from "../connection/close.ts";
import type { LimitOptions } from "../connection/limits.ts";
import type { OriginOptions } from "../handshake/origin.ts";
import type { ClientSide } from "../wire/contract.ts";
import type { HubContext } from "./context.ts";
import type { HubGap } from "./elsewhere_notices.ts";
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
  /**
   * What carries calls to the clients of other processes, in mode `live` of topics: what `redis` or
   * `nats` returned. Topics may share it.
   */
  readonly broker?: Broker | undefined;
  /**
   * Tells hubs apart that share a broker or a secret, and is the same in every process: 1 to 64 letters,
   * digits, and any of `_.-`.
   *
   * @default {"hub"}
   */
  readonly name?: string | undefined;
  /**
   * Signs the tokens of connections, so that a client may negotiate with one process and connect to
   * another: at least 16 characters that nobody can guess, the same in every process. Of several, the
   * first signs and all are taken, so that it can be changed: `[now, next]` in every process, then
   * `[next, now]`, then `next`. Needed with a `broker`.
   */
  readonly secret?: string | readonly string[] | undefined;
  /** Called when the way to other processes has changed, with the reason where there is one. */
  readonly onState?: ((state: TopicsState, cause?: unknown) => void) | undefined;
  /**
   * Called with calls of other processes that clients of this one have missed. Default:
   * `console.error`.
   */
  readonly onGap?: ((gap: HubGap) => void) | undefined;
  /**
   * Called with what goes wrong with the engine, such as a wrong password, and with what `onState` and
   * `onGap` throw. What handlers throw goes to `onError` of the server. Default: `console.error`.
   */
  readonly onBrokerError?: ((error: unknown) => void) | undefined;
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
  readonly scale: ScaleOptions;
}

/** What concerns other processes, checked. */
export interface ScaleOptions {
  readonly broker: Broker | undefined;
  readonly name: string;
  /** None if tokens are not signed. */
  readonly secrets: readonly string[];
  readonly onState: HubOptions<never, ClientSide>["onState"];
  readonly onGap: HubOptions<never, ClientSide>["onGap"];
  readonly onBrokerError: HubOptions<never, ClientSide>["onBrokerError"];
}

const ORIGIN = ["origin", "requireOrigin", "dangerouslyAllowAnyOrigin", "trustProxy"] as const;
const SOCKET = [
  "idleTimeout",
  "maxBackpressure",
  "backpressureTimeout",
  "closeTimeout",
  "limits",
] as const;
const FUNCTIONS = [
  "onConnected",
  "onDisconnected",
  "userId",
  "onState",
  "onGap",
  "onBrokerError",
] as const;
const SCALE = ["broker", "name", "secret"] as const;

/** Characters that a secret has at least. */
const SHORTEST = 16;

/**
 * Checks the options, but for those that a route checks.
 *
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function checkHubOptions<User, C extends ClientSide>(
  options: HubOptions<User, C>,
): CheckedHubOptions {
  const names = [...HUB_LIMITS, ...ORIGIN, ...SOCKET, ...FUNCTIONS, ...SCALE, "filters"];
  checkNames("create", options, names);
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
    scale: checkScale(options),
  };
}

function checkScale<User, C extends ClientSide>(
  { broker, name = "hub", secret, onState, onGap, onBrokerError }: HubOptions<User, C>,
): ScaleOptions {
  if (typeof name !== "string" || !/^[\w.-]{1,64}$/.test(name)) {
    const got = JSON.stringify(name) ?? typeOf(name);
    throw usageError("use option name", "1 to 64 letters, digits, and any of _.-", got);
  }
  const secrets = secret === undefined ? [] : [secret].flat() as readonly string[];
  const good = (one: unknown) => typeof one === "string" && one.length >= SHORTEST;
  if (!secrets.every(good) || (Array.isArray(secret) && secret.length === 0)) {
    const expected = `at least ${SHORTEST} characters that nobody can guess, or a list of such`;
    throw usageError("use option secret", expected, "something else");
  }
  if (broker !== undefined && secrets.length === 0) {
    const expected = "a secret beside it, the same in every process";
    throw usageError("use option broker", expected, "none");
  }
  return { broker, name, secrets, onState, onGap, onBrokerError };
}

/** The `id` of a user, if it has one. */
function idOf(user: unknown): string | undefined {
  if (typeof user !== "object" || user === null || !("id" in user)) return undefined;
  return typeof user.id === "string" || typeof user.id === "number" ? `${user.id}` : undefined;
}
