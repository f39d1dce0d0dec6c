import type { ClientSide, Method, Methods, Parameter, Received, Stream } from "../wire/contract.ts";
import type { HubContext } from "./context.ts";
import { AnyHub } from "./any_hub.ts";
import type { Hub } from "./hub.ts";
import { HubState } from "./hub_state.ts";
import { checkClientSide, type Handler, makeCallable } from "./methods.ts";
import { hubPort } from "./hub_port.ts";
import { checkHubOptions, type HubOptions } from "./options.ts";
import type { Checked } from "./wire_safe.ts";

/**
 * Builds a hub, step by step, so that every type is inferred.
 *
 * @typeParam User Who `handle` says is calling.
 * @typeParam C What the server may call on clients.
 */
export interface HubBuilder<User, C extends ClientSide> {
  /**
   * Makes a method that clients may call.
   *
   * @param parameters A schema for each argument, or `upload(schema)` for a stream.
   * @param handler Called with the context of the call, and with what the schemas make of its
   * arguments. What it returns is sent to the caller, and has to be JSON.
   * @throws {TypeError} If a parameter is no schema.
   */
  method<const P extends readonly Parameter[], R>(
    parameters: P,
    handler: (context: HubContext<User, C>, ...args: Received<P>) => R | Promise<R>,
  ): Method<P, R>;
  /**
   * Makes a method that answers with a stream.
   *
   * @param parameters A schema for each argument, or `upload(schema)` for a stream.
   * @param handler An async generator, or whatever else returns what can be looped over. It is asked
   * for no more than the client reads, and ends when the client cancels.
   * @throws {TypeError} If a parameter is no schema.
   */
  stream<const P extends readonly Parameter[], T>(
    parameters: P,
    handler: (context: HubContext<User, C>, ...args: Received<P>) => AsyncIterable<T>,
  ): Stream<P, T>;
  /**
   * Makes the hub of its methods.
   *
   * @param methods What clients may call, by name, in whatever case.
   * @param options Events, filters and limits.
   * @throws {TypeError} If a method is none, or an option is unknown or of the wrong type.
   * @throws {RangeError} If an option is out of range.
   */
  create<M extends Methods>(
    methods: M & Checked<M>,
    options?: HubOptions<User, C>,
  ): Hub<User, C, M>;
}

/** The second step of `defineHub`. */
export type DefineClients<User> = <const C extends ClientSide>(
  sides: { readonly client: C },
) => HubBuilder<User, C>;

/**
 * Begins a hub: calls in both directions, streams and groups. It speaks the SignalR protocol, so that
 * the clients of that connect to it as they are.
 *
 * Called twice, because TypeScript infers all types of a call or none: first with who the user is,
 * then with what the server may call on clients.
 *
 * @example A chat
 * ```ts
 * import { serve } from "@edgesocket/edgesocket";
 * import { call, defineHub } from "@edgesocket/edgesocket/hubs";
 * import * as v from "valibot";
 *
 * const h = defineHub<{ name: string }>()({
 *   client: { message: call(v.string(), v.string()) },
 * });
 * const chat = h.create({
 *   join: h.method([v.string()], (context, room) => context.groups.add(room)),
 *   send: h.method([v.string(), v.string()], (context, room, line) =>
 *     context.clients.group(room).message(context.user.name, line)),
 * });
 *
 * serve({ fetch: (request) => chat.handle(request, { user: { name: "somebody" } }) });
 * ```
 *
 * @typeParam User Who `handle` says is calling; `undefined` if it need not say.
 * @returns What takes the calls that clients answer to, and returns the builder.
 * @throws {TypeError} If one of them is not what `call` makes.
 */
export function defineHub<User = undefined>(): DefineClients<User> {
  return <const C extends ClientSide>(sides: { readonly client: C }): HubBuilder<User, C> => {
    checkClientSide(sides);
    return {
      method: (parameters, handler) => makeCallable("method", parameters, handler as Handler),
      stream: (parameters, handler) => makeCallable("stream", parameters, handler as Handler),
      create: <M extends Methods>(methods: M & Checked<M>, options: HubOptions<User, C> = {}) => {
        const checked = checkHubOptions(options);
        const port = hubPort(checked.scale);
        const state = new HubState(sides.client, methods, checked, undefined, port);
        return new AnyHub(state) as unknown as Hub<User, C, M>;
      },
    };
  };
}
