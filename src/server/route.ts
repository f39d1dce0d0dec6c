import type { WebSocketEvents } from "../connection/connection.ts";
import {
  type HandshakeOptions,
  type HandshakeRules,
  handshakeRules,
  judge,
  type Judgement,
  refusalResponse,
  refused,
} from "../handshake/rules.ts";
import { Host } from "./server_state.ts";
import { adopter, intend } from "./request_state.ts";
import { type LimitOptions, type Limits, parseLimits } from "../connection/limits.ts";
import { mismatch } from "../base/usage_error.ts";
import { currentAdapter } from "../adapters/current.ts";

/**
 * How one route accepts connections and bounds them. Everything has a safe default.
 *
 * @typeParam T What `connection.data` holds.
 */
export interface UpgradeOptions<T = unknown> extends HandshakeOptions, LimitOptions {
  /** What `connection.data` is at first. */
  readonly data?: T;
  /**
   * What the runtime passes to fetch beside the request. Needed for a hand-written `Bun.serve`,
   * useful for a hand-written `Deno.serve` (the client's address); `serve` and `handler` know it.
   */
  readonly info?: unknown;
}

/** Options that were checked once and serve any number of requests. */
export interface UpgradeRules {
  readonly handshake: HandshakeRules;
  readonly limits: Limits;
  readonly data: unknown;
}

/** Who counts and reports where neither `serve` nor `handler` wraps the server. */
const bareHost = new Host({}, () => currentAdapter().connectionLimit());

/**
 * Checks the options of a route.
 *
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function upgradeRules(options: UpgradeOptions): UpgradeRules {
  if (typeof options !== "object" || options === null) {
    throw mismatch("upgrade", "options as an object", typeof options);
  }
  return {
    handshake: handshakeRules(options),
    limits: parseLimits(options),
    data: options.data,
  };
}

let defaults: UpgradeRules | undefined;

/** The rules of a route without options. */
function defaultRules(): UpgradeRules {
  return defaults ??= upgradeRules({});
}

/** Judges a request for a route, and tells the server of a refusal. */
export function admit(request: Request, rules: UpgradeRules): Judgement {
  const host = adopter(request) ?? bareHost;
  let verdict: Judgement = judge(request, rules.handshake);
  if (verdict.kind === "accepted") verdict = host.refusal() ?? verdict;
  if (verdict.kind === "refused") host.refuse(request, verdict);
  return verdict;
}

/**
 * Goes through with a request that was admitted: leaves the intent to whoever wraps the server, or
 * else switches protocols at once.
 *
 * @param response A 101 with the headers that are known so far.
 * @param context What the runtime passed to fetch beside the request.
 * @throws {TypeError} If `events`, `request` or `context` are not what is needed.
 */
export function accept(
  request: Request,
  protocol: string,
  events: WebSocketEvents,
  { limits, data }: UpgradeRules,
  response: Response,
  context: unknown,
): Response {
  checkEvents(events);
  const intent = { events, limits, data, protocol };
  const host = adopter(request);
  const { maxPayloadLength } = host ?? bareHost;
  if (limits.maxPayloadLength > maxPayloadLength) {
    throw mismatch(
      "upgrade",
      `maxPayloadLength of a route to be at most that of the server, ${maxPayloadLength}`,
      limits.maxPayloadLength,
      RangeError,
    );
  }
  if (host === undefined) {
    return currentAdapter().commit(request, context, intent, response, bareHost);
  }
  intend(request, intent);
  return response;
}

/**
 * Answers a WebSocket request of any server that speaks `fetch`.
 *
 * Judges the request and returns either a refusal or a 101 that stands for the upgrade. Under
 * `serve` and `handler` the upgrade happens when your whole pipeline has returned, with the headers
 * that it set; under a hand-written `Deno.serve` or `Bun.serve` it happens at once.
 *
 * Source: RFC 6455 §4.2; `Deno.upgradeWebSocket`; Bun `server.upgrade`.
 *
 * @example An echo server
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 *
 * serve({
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onMessage: (event, connection) => connection.send(event.data),
 *     }),
 * });
 * ```
 *
 * @typeParam T What `connection.data` holds.
 * @param request The very object that the server passed to fetch, not a copy.
 * @param events What happens on the connection.
 * @param options The route's rules and limits.
 * @returns A 101, or a refusal: 400, 403, 405, 426 (also for a request that is no upgrade at all),
 * 500 if an option of type function threw, 503.
 * @throws {TypeError} If an option is of the wrong type, or the request is not the server's own.
 * @throws {RangeError} If an option is out of range.
 * @throws {Error} If the request was upgraded before.
 */
export function upgradeWebSocket<T = unknown>(
  request: Request,
  events: WebSocketEvents<T>,
  options?: UpgradeOptions<T>,
): Response {
  const rules = options === undefined ? defaultRules() : upgradeRules(options);
  const verdict = admit(request, rules);
  if (verdict.kind === "accepted") {
    const { headers } = rules.handshake;
    const response = new Response(null, headers ? { status: 101, headers } : { status: 101 });
    const context = options?.info;
    return accept(
      request,
      verdict.protocol,
      events as WebSocketEvents,
      rules,
      response,
      context,
    );
  }
  return refusalResponse(
    verdict.kind === "refused" ? verdict : UPGRADE_REQUIRED,
  );
}

/** The answer where nothing but a WebSocket is to be had: RFC 9110 §15.5.22. */
export const UPGRADE_REQUIRED = refused(
  426,
  "expected a WebSocket opening handshake",
  {
    connection: "Upgrade",
    upgrade: "websocket",
  },
);

function checkEvents(events: WebSocketEvents): void {
  if (typeof events !== "object" || events === null) {
    throw mismatch("upgrade", "events as an object", typeof events);
  }
  for (const name of ["onOpen", "onMessage", "onClose", "onError"] as const) {
    const value: unknown = events[name];
    if (value !== undefined && typeof value !== "function") {
      throw mismatch("upgrade", `${name} to be a function`, typeof value);
    }
  }
}
