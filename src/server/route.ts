import { usageError } from "../base/usage_error.ts";
import type { WebSocketEvents } from "../connection/events.ts";
import { type LimitOptions, type Limits, parseLimits } from "../connection/limits.ts";
import { openingOf } from "../handshake/opening.ts";
import {
  type HandshakeOptions,
  type HandshakeRules,
  handshakeRules,
  judge,
} from "../handshake/rules.ts";
import { type NotAnUpgrade, refusal, refusalResponse } from "../handshake/verdict.ts";
import { makeToken, type PlaceholderInit, placeholderInit } from "./placeholder.ts";
import { type RequestState, requestState } from "./request_state.ts";
import type { ServerState } from "./server_state.ts";
import { completeUpgrade } from "./upgrade.ts";

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

/** A handshake that a route accepts, to be handed back to its `upgrade`. */
export interface AcceptedHandshake {
  readonly kind: "accepted";
  readonly request: Request;
  readonly protocol: string;
  /** What to construct the response from that stands for the upgrade. */
  readonly placeholder: PlaceholderInit;
  readonly token: string | undefined;
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
  readonly #data: unknown;
  readonly #bareServer: () => ServerState;

  /**
   * Checks the options.
   *
   * @param bareServer Who counts and reports where nobody wraps the server.
   * @throws {TypeError} If an option is of the wrong type.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(options: UpgradeOptions, bareServer: () => ServerState) {
    if (typeof options !== "object" || options === null) {
      throw usageError("upgrade", "options as an object", typeof options);
    }
    this.#rules = handshakeRules(options);
    this.#limits = parseLimits(options);
    this.#data = options.data;
    this.#bareServer = bareServer;
  }

  /** Judges a request, and tells the server of a refusal. */
  judge(request: Request): RouteVerdict {
    const state = requestState(request);
    const opening = state ? state.opening : openingOf(request);
    if (opening === undefined) return { kind: "not-an-upgrade" };
    const server = state?.server ?? this.#bareServer();
    const judged = judge(opening, this.#rules);
    const verdict = judged.kind === "accepted" ? server.noRoom() ?? judged : judged;
    if (verdict.kind === "refused") {
      return { kind: "refused", response: server.refuse(request, verdict) };
    }
    const status = server.adapter.placeholderStatus;
    const token = makeToken(status);
    const placeholder = placeholderInit(status, this.#rules.headers, token);
    return { ...verdict, request, placeholder, token, server, state };
  }

  /**
   * Goes through with a request that was accepted: leaves a pending upgrade to whoever wraps the
   * server, or else switches protocols at once.
   *
   * @param response Constructed from the placeholder, with the headers that are known so far.
   * @param context What the runtime passed to fetch beside the request.
   * @throws {TypeError} If `events`, the request or `context` are not what is needed.
   * @throws {Error} If there is an upgrade for this request already.
   */
  upgrade(
    { request, protocol, token, server, state }: AcceptedHandshake,
    events: WebSocketEvents,
    response: Response,
    context: unknown,
  ): Response {
    checkEvents(events);
    const limits = this.#limits;
    if (limits.maxPayloadLength > server.maxPayloadLength) {
      throw usageError(
        "upgrade",
        `maxPayloadLength of a route to be at most that of the server, ${server.maxPayloadLength}`,
        limits.maxPayloadLength,
        RangeError,
      );
    }
    const pending = { events, protocol, limits, data: this.#data, token };
    if (state === undefined) {
      // Servers that can go without a wrapper are those of Deno and Bun, which upgrade at once.
      return completeUpgrade(server, request, context, pending, response) as Response;
    }
    if (state.pending) {
      throw usageError("upgrade", "one upgradeWebSocket for each request", "a second one", Error);
    }
    state.pending = pending;
    return response;
  }

  /** Judges a request and upgrades it; one that asks for no WebSocket gets 426. */
  answer(request: Request, events: WebSocketEvents, context: unknown): Response {
    const verdict = this.judge(request);
    if (verdict.kind === "not-an-upgrade") return upgradeRequired();
    if (verdict.kind === "refused") return verdict.response;
    return this.upgrade(verdict, events, new Response(null, verdict.placeholder), context);
  }
}

/** The response to a request that asks for no WebSocket where there is nothing else. */
export function upgradeRequired(): Response {
  return refusalResponse(UPGRADE_REQUIRED);
}

function checkEvents(events: WebSocketEvents): void {
  if (typeof events !== "object" || events === null) {
    throw usageError("upgrade", "events as an object", typeof events);
  }
  for (const name of ["onOpen", "onMessage", "onClose", "onError"] as const) {
    const value: unknown = events[name];
    if (value !== undefined && typeof value !== "function") {
      throw usageError("upgrade", `${name} to be a function`, typeof value);
    }
  }
}
