import type { Context } from "./context.ts";
import { Cut } from "./cut.ts";
import { openEventStream } from "./event_stream.ts";
import type { Line } from "./line.ts";
import type { OpenLink } from "./link.ts";
import { negotiate, type Offer } from "./negotiation.ts";
import { openLine } from "./open_line.ts";
import { openLongPolling } from "./long_polling.ts";
import type { HubTransport } from "./options.ts";
import { renew } from "./request.ts";
import { openWebSocket } from "./web_socket.ts";

/** Milliseconds between two looks whether WebSockets are let through again. */
const LOOK = 5_000;

/** Milliseconds between two looks whether all has got to the server. */
const DRAIN = 100;

/** Milliseconds for which WebSockets are left alone at most. */
const LONGEST = 3_600_000;

const OPENERS = {
  webSockets: openWebSocket,
  serverSentEvents: openEventStream,
  longPolling: openLongPolling,
} as const;

/**
 * Begins a session where no WebSocket gets through.
 *
 * @param offer What the server offers, and the token for it.
 * @param failure Why a WebSocket has failed with that token; `undefined` if none was tried.
 * @throws Whatever went wrong.
 */
export async function fallBack(context: Context, offer: Offer, failure: unknown): Promise<Line> {
  const { world: { clock } } = context;
  let reason: unknown = failure ??
    new Cut("expected a way to connect that the server offers", "client");
  let used = failure !== undefined;
  for (const way of offer.ways) {
    if (way === "webSockets") continue;
    try {
      const line = await open(context, used ? await negotiate(context) : offer, way);
      if (failure !== undefined) block(context);
      if (offer.ways.includes("webSockets")) {
        line.ended.catch(clock.every(LOOK, () => look(context, line)));
      }
      return line;
    } catch (error) {
      reason = error;
      used = true;
    }
  }
  throw reason;
}

function open(context: Context, offer: Offer, way: HubTransport): Promise<Line> {
  // The client was let in: what refuses a link is a session that is gone, or a proxy.
  const opener: OpenLink<Context> = (context, url, events) =>
    OPENERS[way]({ ...context, proved: true }, url, events);
  return openLine(context, offer.session(way), opener);
}

/** Leaves WebSockets alone for a while, and for longer the next time. */
function block(context: Context): void {
  context.blocked = context.world.clock.now() + context.pause;
  context.pause = Math.min(2 * context.pause, LONGEST);
}

/** Goes back to WebSockets if they are let through again, when nothing is under way. */
async function look(context: Context, line: Line): Promise<void> {
  const { clock } = context.world;
  if (context.blocked > clock.now() || !context.idle()) return;
  // So that it is one at a time.
  block(context);
  try {
    await renew(context);
    const offer = await negotiate(context);
    if (!offer.ways.includes("webSockets")) return;
    const next = await open(context, offer, "webSockets");
    // What is on its way gets there first, such as the answer to a question.
    while (line.live && line.waiting && context.idle()) {
      await new Promise<void>((resolve) => clock.after(DRAIN, resolve));
    }
    const goes = line.live && next.live && context.idle();
    if (goes) {
      context.next = next;
      // It is let through, until it is not again.
      context.blocked = 0;
    }
    (goes ? line : next).close(new Cut("there is another line", "session"));
  } catch {
    // Not yet.
  }
}
