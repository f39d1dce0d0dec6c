import type { WorkersWebSocket } from "../adapters/workers_api.ts";
import { messageOf } from "../base/contain.ts";
import { usageError } from "../base/usage_error.ts";
import type { Limits } from "../connection/limits.ts";

/** The limits of a route that are numbers. */
export type KeptLimits = Omit<Limits, "limits" | "route">;

/** What is kept beside a socket while its Durable Object sleeps. */
export interface Kept {
  /** Tells it from what users attach to sockets of their own. */
  readonly edgesocket: 1;
  readonly id: string;
  readonly url: string;
  readonly protocol: string;
  readonly remoteAddress: string;
  readonly limits: KeptLimits;
  readonly data: unknown;
}

/** What is kept of a connection that has ended, so that nobody hears of it again. */
const ENDED = { edgesocket: 0 };

/** The limits that can be kept. */
export function keptLimits({ limits: _, route: __, ...numbers }: Limits): KeptLimits {
  return numbers;
}

/**
 * Keeps it beside a socket.
 *
 * The runtime takes 16 KiB (workerd: `MAX_ATTACHMENT_SIZE`); its documentation said 2,048 bytes for
 * long.
 *
 * @throws {TypeError} If that cannot be serialised, or is too large.
 */
export function keep(socket: WorkersWebSocket, kept: Kept): void {
  try {
    socket.serializeAttachment(kept);
  } catch (error) {
    throw usageError(
      "let a connection sleep",
      "a URL and connection.data that structuredClone takes, in 16 KiB",
      messageOf(error),
    );
  }
}

/** Says beside a socket that its connection has ended. */
export function keepEnd(socket: WorkersWebSocket): void {
  try {
    socket.serializeAttachment(ENDED);
  } catch {
    // The runtime has let go of it: then nobody will find it either.
  }
}

/** What was kept beside a socket; `undefined` if it is none of ours. */
export function keptBeside(socket: WorkersWebSocket): Kept | "ended" | undefined {
  const attached = socket.deserializeAttachment() as
    | { readonly edgesocket?: unknown }
    | null
    | undefined;
  if (attached?.edgesocket === ENDED.edgesocket) return "ended";
  return attached?.edgesocket === 1 ? attached as Kept : undefined;
}
