import { Cycle, type MessageShape } from "./cycle.ts";
import { type Effort, stopwatch } from "./effort.ts";
import { masked, TEXT } from "./frames.ts";

/** What clients come back to, all at once. */
export interface ComeBack extends MessageShape {
  readonly topic: string;
  /** Messages that were published to it: those of a cycle, again and again. */
  readonly history: number;
  /** How many of the last ones each of them has missed. */
  readonly behind: number;
}

/** The part of a connection that comes back. */
export interface Latecomer {
  onMessages: (count: number) => void;
  onClose: () => void;
  begin(cycle: Cycle, first: number): void;
  sendFrame(frame: Uint8Array): void;
  finish(): void;
}

/**
 * Each connection says how far behind it is, in one turn, and has to be sent what it has missed: these
 * messages, in this order.
 *
 * @throws {Error} If one of them is ended.
 */
export async function comeBack(
  connections: readonly Latecomer[],
  { topic, history, behind, ...shape }: ComeBack,
): Promise<Effort> {
  const cycle = new Cycle(shape, 1);
  const wish = masked(TEXT, new TextEncoder().encode(`${topic} ${behind}`));
  let missing = connections.length * behind;
  const elapsed = stopwatch();
  await new Promise<void>((resolve, reject) => {
    for (const connection of connections) {
      connection.begin(cycle, history - behind);
      connection.onMessages = (count) => {
        missing -= count;
        if (missing === 0) resolve();
      };
      connection.onClose = () =>
        reject(new Error("Cannot come back: expected messages, got the end"));
      connection.sendFrame(wish);
    }
  });
  const effort = elapsed(connections.length * behind);
  for (const connection of connections) {
    connection.finish();
    connection.onClose = () => {};
  }
  return effort;
}
