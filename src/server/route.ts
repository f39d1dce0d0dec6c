import { isPromise } from "../base/contain.ts";
import { answerError, typeOf, usageError } from "../base/usage_error.ts";
import type { WebSocketEvents } from "../connection/events.ts";
import {
  LIMIT_OPTIONS,
  type LimitOptions,
  type Limits,
  parseLimits,
} from "../connection/limits.ts";
import { routeThreshold, type Threshold } from "../handshake/compression.ts";
import { openingOf } from "../handshake/opening.ts";
import {
  HANDSHAKE_OPTIONS,
  type HandshakeOptions,
  type HandshakeRules,
  handshakeRules,
  judge,
} from "../handshake/rules.ts";
import { type NotAnUpgrade, refusal, refusalResponse } from "../handshake/verdict.ts";
import type { MadePlaceholder } from "./placeholder.ts";
import { type RequestState, requestState } from "./request_state.ts";
import type { ServerState } from "./server_state.ts";
import { completeUpgrade } from "./upgrade.ts";

/** What can be said once for all routes of an app. Everything has a safe default. */
export interface RouteDefaults extends HandshakeOptions, LimitOptions {}

/** How one route accepts connections and bounds them. */
export interface RouteOptions extends RouteDefaults {
  /**
   * What the runtime passes to fetch beside the request. Needed for a hand-written `Bun.serve`,
   * useful for a hand-written `Deno.serve` (the client's address); `serve` and `handler` know it.
   */
  readonly info?: unknown;
}

/**
 * The options of a route, with what its connections carry.
 *
 * @typeParam T What `connection.data` holds.
 * @typeParam Source What `data` is made from: the request, or Hono's context.
 */
export interface UpgradeOptions<T = unknown, Source = Request> extends RouteOptions {
  /**
   * Makes what `connection.data` is at first, once for each handshake that is accepted: an object of
   * its own for each connection. Without it, `connection.data` is `undefined`.
   */
  readonly data?: ((source: Source) => T) | undefined;
}

/** The names of `UpgradeOptions`. */
export const ROUTE_OPTIONS: readonly (keyof UpgradeOptions)[] = [
  ...HANDSHAKE_OPTIONS,
  ...LIMIT_OPTIONS,
  "data",
  "info",
];

/** Whether an option of this name is one of a route. */
export function isRouteOption(name: string): boolean {
  return ROUTE_OPTIONS.includes(name as keyof UpgradeOptions);
}

/** A handshake that a route accepts, to be handed back to its `upgrade`. */
export interface AcceptedHandshake {
  readonly kind: "accepted";
  readonly request: Request;
  readonly protocol: string;
  /** What to construct the response from that stands for the upgrade. */
  readonly placeholder: MadePlaceholder;
  readonly server: ServerState;
  /** `undefined` for a server that nobody wrapped. */
  readonly state: RequestState | undefined;
}

/** What a route makes of a request; a refusal comes as the response to it. */
export type RouteVerdict =
  | AcceptedHandshake
  | NotAnUpgrade
  | { readonly kind: "refused"; readonly response: Response };

/** The answer where nothing but a WebSocket is to be had: RFC 9110 §15.5.22. */
const UPGRADE_REQUIRED = refusal(426, "expected a WebSocket opening handshake", {
  connection: "Upgrade",
  upgrade: "websocket",
});

/** One route: options that were checked once and serve any number of requests. */
export class Route {
  readonly #rules: HandshakeRules;
  readonly #limits: Limits;
  /** The limits on a server that allows less. */
  #capped: Limits | undefined;
  /** The options of this route that servers were told to have no effect on them. */
  #told: WeakMap<ServerState, Set<string>> | undefined;
  readonly #data: ((source: never) => unknown) | undefined;
  readonly #bareServer: (request: Request) => ServerState;

  /**
   * Checks the options.
   *
   * @param bareServer Who counts and reports where nobody wraps the server.
   * @throws {TypeError} If an option is of the wrong type.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(
    options: UpgradeOptions<unknown, never>,
    bareServer: (request: Request) => ServerState,
  ) {
    this.#rules = handshakeRules(options);
    // What is written in a handler is another object for each request, with the same in it.
    const { origin, protocols, ...limits } = options;
    this.#limits = parseLimits(options, `${origin} ${protocols} ${Object.values(limits)}`);
    this.#data = checkData(options.data);
    this.#bareServer = bareServer;
  }

  /** Judges a request, and tells the server of a refusal. */
  judge(request: Request): RouteVerdict {
    const state = requestState(request);
    const opening = state ? state.opening : openingOf(request);
    if (opening === undefined) return { kind: "not-an-upgrade" };
    const server = state?.server ?? this.#bareServer(request);
    if (state === undefined) server.began(request);
    const judged = judge(opening, this.#rules);
    const verdict = judged.kind === "accepted" ? server.noRoom() ?? judged : judged;
    if (verdict.kind === "refused") {
      const { remoteAddress } = opening;
      return {
        kind: "refused",
        response: server.refuse(request, verdict, remoteAddress, this.#limits.route),
      };
    }
    if (verdict.offered) {
      // Not what it offers: some clients put a token there.
      const offers = "a client offers subprotocols, and none is among the protocols of the route";
      server.ineffective("protocols", offers, this.#limits.route);
    }
    const placeholder = server.adapter.placeholder.make(this.#rules.headers);
    return { kind: verdict.kind, protocol: verdict.protocol, request, placeholder, server, state };
  }

  /**
   * Goes through with a request that was accepted: leaves a pending upgrade to whoever wraps the
   * server, or else switches protocols at once.
   *
   * @param response Constructed from the placeholder, with the headers that are known so far.
   * @param context What the runtime passed to fetch beside the request.
   * @param source What `data` is made from.
   * @throws {TypeError} If `events`, the request or `context` are not what is needed.
   * @throws {Error} If there is an upgrade for this request already.
   */
  upgrade(
    { request, protocol, placeholder, server, state }: AcceptedHandshake,
    events: WebSocketEvents,
    response: Response,
    context: unknown,
    source: unknown,
  ): Response {
    checkEvents(events);
    const limits = this.#limitsOn(server);
    const compression = this.#compressionOn(server);
    const data = this.#data?.(source as never);
    if (isPromise(data)) throw answerError("make data", "a value from the data function", data);
    const { token } = placeholder;
    const pending = { events, protocol, limits, compression, data, token };
    if (state === undefined) {
      // Servers that can go without a wrapper are those of Deno and Bun, which upgrade at once.
      return completeUpgrade(server, request, context, pending, response, undefined) as Response;
    }
    if (state.pending) {
      throw usageError("upgrade", "one upgradeWebSocket for each request", "a second one", Error);
    }
    state.pending = pending;
    return state.hold?.(pending, response) ?? response;
  }

  /** The limits of the route, as far as the server has none that are lower. */
  #limitsOn(server: ServerState): Limits {
    const limits = this.#limits;
    const asked = limits.maxPayloadLength;
    const { maxPayloadLength } = server;
    if (asked <= maxPayloadLength) return limits;
    if (this.#capped?.maxPayloadLength !== maxPayloadLength) {
      this.#capped = { ...limits, maxPayloadLength };
    }
    this.#tellOnce(
      server,
      "maxPayloadLength",
      `a route asks for maxPayloadLength ${asked}, but its server has ${maxPayloadLength}, which holds: write maxPayloadLength: ${asked} into the options of serve or handler too`,
    );
    return this.#capped;
  }

  /** What becomes of the offers of clients to compress, on this server. */
  #compressionOn(server: ServerState): Threshold {
    const { compression } = this.#rules;
    const servers = server.options.compression;
    if (compression && servers === undefined) {
      this.#tellOnce(
        server,
        "compression",
        "a route asks for compression, but its server has none: write compression: true into the options of serve or handler too",
      );
    }
    return routeThreshold(compression, servers);
  }

  /** Tells a server, once, that an option of this route has no effect on it. */
  #tellOnce(server: ServerState, option: string, message: string): void {
    const all = this.#told ??= new WeakMap();
    const told = all.get(server) ?? new Set();
    if (told.has(option)) return;
    all.set(server, told.add(option));
    server.ineffective(option, message, this.#limits.route);
  }

  /** Judges a request and upgrades it; one that asks for no WebSocket gets 426. */
  answer(request: Request, events: WebSocketEvents, context: unknown): Response {
    const verdict = this.judge(request);
    if (verdict.kind === "not-an-upgrade") return upgradeRequired();
    if (verdict.kind === "refused") return verdict.response;
    const response = new Response(null, verdict.placeholder.init);
    return this.upgrade(verdict, events, response, context, request);
  }
}

/** The response to a request that asks for no WebSocket where there is nothing else. */
export function upgradeRequired(): Response {
  return refusalResponse(UPGRADE_REQUIRED);
}

function checkData<T>(data: T | undefined): T | undefined {
  if (data === undefined || typeof data === "function") return data;
  throw usageError(
    "use option data",
    "a function that makes it, such as data: () => ({ … }), because all connections would share it",
    typeOf(data),
  );
}

function checkEvents(events: WebSocketEvents): void {
  if (typeof events !== "object" || events === null) {
    throw usageError("upgrade", "events as an object", typeOf(events));
  }
  for (const name of ["onOpen", "onMessage", "onClose", "onError"] as const) {
    const value: unknown = events[name];
    if (value !== undefined && typeof value !== "function") {
      throw usageError("upgrade", `${name} to be a function`, typeOf(value));
    }
  }
}
