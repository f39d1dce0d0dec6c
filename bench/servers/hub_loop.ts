/** The least that answers a client of a hub: no checks, no limits, no errors. */

/** Ends each message. */
const SEPARATOR = "\x1e";

/** Whoever can be sent to. */
export interface Peer {
  send(data: string): unknown;
}

/** A message, as far as the loop reads it. */
interface Incoming {
  readonly protocol?: string;
  readonly invocationId?: string;
  readonly target?: string;
  readonly arguments: readonly string[];
}

/** Everyone who is connected. */
const room = new Set<Peer>();

/** What a method would be. */
// deno-lint-ignore require-await -- a method may wait
async function echo(text: string): Promise<string> {
  return text;
}

async function answer(peer: Peer, { invocationId, target, arguments: args }: Incoming) {
  const result = await echo(args[0]!);
  if (target === "shout") {
    const told = JSON.stringify({ type: 1, target: "told", arguments: [result] }) + SEPARATOR;
    for (const each of room) each.send(told);
  }
  peer.send(JSON.stringify({ type: 3, invocationId, result }) + SEPARATOR);
}

export const loop = {
  open: (peer: Peer): void => void room.add(peer),
  close: (peer: Peer): void => void room.delete(peer),
  message(peer: Peer, data: string): void {
    for (const text of data.split(SEPARATOR)) {
      if (text === "") continue;
      const message: Incoming = JSON.parse(text);
      if (message.protocol === undefined) answer(peer, message);
      else peer.send(`{}${SEPARATOR}`);
    }
  },
};
