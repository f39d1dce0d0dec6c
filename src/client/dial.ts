import type { Context } from "./context.ts";
import { Cut, cutOf } from "./cut.ts";
import { SILENT } from "./deadline.ts";
import type { Line } from "./line.ts";
import { negotiate } from "./negotiation.ts";
import { openLine } from "./open_line.ts";
import { renew, request } from "./request.ts";
import type { Session } from "./session.ts";
import { openWebSocket } from "./web_socket.ts";

/**
 * Begins a session, over a WebSocket where that is let through.
 *
 * @throws Whatever went wrong.
 */
export async function begin(context: Context): Promise<Line> {
  await renew(context);
  const offer = await negotiate(context);
  const { ways } = offer;
  const [way] = ways;
  context.others = ways.length > 1;
  let failure: unknown;
  if (way === "webSockets" && !(context.others && context.blocked > context.world.clock.now())) {
    try {
      return await openLine(context, offer.session(way), openWebSocket);
    } catch (error) {
      failure = error;
      if (!context.others || cutOf(error).over === "client") throw error;
    }
  }
  // Few need it.
  const { fallBack } = await import("./fallback.ts");
  return await fallBack(context, offer, failure);
}

/**
 * Goes on with a session, over another WebSocket.
 *
 * @throws Whatever went wrong. If the session is gone, a cut that says so.
 */
export async function resume(context: Context, session: Session): Promise<Line> {
  await renew(context);
  return await openLine(context, session, openWebSocket).catch(async (error) => {
    // Whoever swallows a WebSocket swallows that, too: there is time for another one instead. And who
    // was sent away for good has heard all there is.
    if (error.over !== "link" || error.message === SILENT) throw error;
    // Why a WebSocket was refused, nobody says: 405 is for a session that is there.
    const { status, body } = await request(context, session.url, "POST", [404, 405]);
    await body?.cancel();
    throw status === 404 ? new Cut("the server has ended the session", "session") : error;
  });
}
