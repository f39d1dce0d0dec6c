import type { DefaultContext, HonoContext } from "./context.ts";

/** A hub, as `create` of `edgesocket/hubs` makes it, or whatever else answers its requests. */
export interface Servable<User> {
  /** Answers a request of its clients. */
  handle(request: Request, options: ServedRequest<User>): Promise<Response>;
}

/** What comes with a request. */
export interface ServedRequest<User> {
  /** Who is calling. */
  readonly user: User;
  /** What the runtime passed to fetch beside the request. */
  readonly info?: unknown;
  /** Makes responses with the headers that middleware has set so far. */
  readonly respond?: (
    body: string | ArrayBuffer | ReadableStream | null,
    init: { readonly status: number; readonly headers?: Headers },
  ) => Response;
}

/**
 * Makes a middleware that serves a hub, with all that its clients ask for below one path.
 *
 * @example A chat for users who have logged in
 * ```ts
 * import { type Context, Hono } from "hono";
 * import { serve } from "@edgesocket/edgesocket";
 * import { hub } from "@edgesocket/edgesocket/hono";
 * import { call, defineHub } from "@edgesocket/edgesocket/hubs";
 * import * as v from "valibot";
 *
 * type Env = { Variables: { user: { name: string } } };
 * const h = defineHub<{ name: string }>()({ client: { message: call(v.string(), v.string()) } });
 * const chat = h.create({
 *   send: h.method([v.string()], (context, line) =>
 *     context.clients.all.message(context.user.name, line)),
 * });
 *
 * const app = new Hono<Env>();
 * app.use("/chat/*", async (c, next) => {
 *   c.set("user", { name: "somebody" });
 *   await next();
 * });
 * app.use("/chat/*", hub(chat, (c: Context<Env>) => ({ user: c.get("user") })));
 * serve({ fetch: app.fetch });
 * ```
 *
 * @typeParam User Who is calling.
 * @typeParam C Hono's context, with the variables of the app: with `(c: Context<Env>) => …` a wrong
 * user is a compile error, without it `c.get("user")` may be anything.
 * @param served The hub.
 * @param options Says who is calling. Middleware before has found it out, or refused the request.
 * @returns A middleware for `app.use("/chat/*", …)`.
 */
export function hub<User, C extends HonoContext = DefaultContext>(
  served: Servable<User>,
  options: (c: C) => { readonly user: NoInfer<User> } | Promise<{ readonly user: NoInfer<User> }>,
): (c: C) => Promise<Response>;
/** The same for a hub that need not know who is calling. */
export function hub<C extends HonoContext = DefaultContext>(
  served: Servable<undefined>,
): (c: C) => Promise<Response>;
export function hub<User, C extends HonoContext>(
  served: Servable<User>,
  options?: (c: C) => { readonly user: User } | Promise<{ readonly user: User }>,
): (c: C) => Promise<Response> {
  return async (c) => {
    const { user } = await options?.(c) ?? { user: undefined as User };
    let staged: Response | undefined;
    const response = await served.handle(c.req.raw, {
      user,
      info: c.env,
      respond: (body, init) =>
        staged = c.newResponse(body, init as Parameters<C["newResponse"]>[1]),
    });
    if (staged === undefined) return response;
    // All that was staged is in it. Hono would merge it in again, and lose a Set-Cookie on the way.
    c.res = undefined as unknown as Response;
    c.res = response;
    return response;
  };
}
