import { signalOf } from "./deno_signal.ts";

/** What runtimes tell of a request that asks for no WebSocket, by what they pass to fetch beside it. */

interface DenoInfo {
  readonly remoteAddr?: { readonly hostname?: string };
}

interface BunServer {
  requestIP?(request: Request): { readonly address: string } | null;
  timeout?(request: Request, seconds: number): void;
}

interface NodeContext {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
}

/** The part of all of them that is used; Hono hands Bun's server on as it is, or in `server`. */
type Context = DenoInfo & BunServer & NodeContext & { readonly server?: BunServer };

/** The IP address of the TCP peer; `""` where nobody knows it. */
export function addressOf(request: Request, context: unknown): string {
  const { remoteAddr, incoming } = (context ?? {}) as Context;
  return remoteAddr?.hostname ?? incoming?.socket?.remoteAddress ??
    bunServer(context)?.requestIP?.(request)?.address ?? "";
}

/** Lets the answer to a request take its time: Bun ends one that is silent for ten seconds. */
export function takeTime(request: Request, context: unknown): void {
  bunServer(context)?.timeout?.(request, 0);
}

/** Aborts when its client leaves, or when all of the answer is out. */
export function endOf(request: Request): AbortSignal {
  return signalOf(request);
}

function bunServer(context: unknown): BunServer | undefined {
  const given = (context ?? {}) as Context;
  const server = given.server ?? given;
  return typeof server.requestIP === "function" ? server : undefined;
}
