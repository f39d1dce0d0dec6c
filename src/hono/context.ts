import type { Context } from "hono";

/**
 * What a route needs of Hono's context. Structural, so that it fits the context of any copy of Hono:
 * of version 4.0 as of the newest, from npm as from JSR.
 */
export interface HonoContext {
  /** The request, with the runtime's own one in it. */
  readonly req: { readonly raw: Request };
  /** What the runtime passed to fetch beside the request. */
  readonly env: unknown;
  /** The response so far. */
  res: Response;
  /** Makes a response with the headers that middleware has set so far. */
  newResponse(
    body: string | ArrayBuffer | ReadableStream | null,
    init: { status: 101 | 200 | 204; headers?: Headers },
  ): Response;
}

/** What `c` is where nothing says more: Hono's own `Context`, of the Hono that is installed. */
export type DefaultContext = Context;
