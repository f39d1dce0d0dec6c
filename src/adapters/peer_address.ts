import { addressOf } from "./workers_opening.ts";
import { isWorkers } from "./workers_runtime.ts";

/** What runtimes pass to fetch beside a request, as far as it tells of the client. */
interface Contexts {
  /** Of Deno. */
  readonly remoteAddr?: { readonly hostname?: string };
  /** Of Node. */
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  /** Of a server in memory. */
  readonly remoteAddress?: string;
  /** Of Bun: its server, or what frameworks put that into. */
  readonly server?: Contexts;
  requestIP?(request: Request): { readonly address: string } | null;
}

/**
 * The IP address of the TCP peer of a request that asks for no WebSocket; `""` where nobody knows it.
 *
 * @param context What the runtime has passed to fetch beside it.
 */
export function peerAddress(request: Request, context: unknown): string {
  // What Workers pass are the bindings of users, whatever their names are.
  if (isWorkers()) return addressOf(request);
  if (typeof context !== "object" || context === null) return "";
  const { remoteAddr, incoming, remoteAddress, server = context } = context as Contexts;
  return remoteAddr?.hostname ?? incoming?.socket?.remoteAddress ?? remoteAddress ??
    (server as Contexts).requestIP?.(request)?.address ?? "";
}
