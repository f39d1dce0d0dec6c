/** What both servers on crossws share: its hooks and the part of its types that they need. */
import { publish, room } from "./control.ts";

/** The part of a crossws peer that the bench uses. */
export interface Peer {
  send(data: unknown): unknown;
}

/** The part of a crossws adapter that the bench uses. */
export interface CrosswsAdapter {
  readonly websocket: unknown;
  handleUpgrade(request: Request, context: unknown): Promise<Response | undefined>;
}

/** Imported by name at run time: crossws is installed for the bench alone. */
export async function crossws(runtime: "bun" | "deno"): Promise<CrosswsAdapter> {
  const adapter = await import(`crossws/adapters/${runtime}`);
  return adapter.default({
    hooks: {
      open: (peer: Peer) => void room?.add(peer),
      message(peer: Peer, message: { rawData: unknown }) {
        if (room) publish(message.rawData);
        else peer.send(message.rawData);
      },
      close: (peer: Peer) => void room?.delete(peer),
    },
  });
}
