/** A client of a hub under the bench: it takes the place of a server, and calls the load generator. */
import { stopwatch } from "../load/effort.ts";
import { obey } from "./control.ts";

/** A connection to a hub that can be called. */
export interface Callable {
  echo(text: string): Promise<unknown>;
}

/** What the bench asks for. */
interface Calls {
  readonly port: number;
  readonly window: number;
  readonly size: number;
  readonly seconds: number;
}

/** Obeys, with a client that `open` connects when it is first asked for. */
export function obeyAsClient(open: (url: string) => Promise<Callable>): void {
  let client: Callable | undefined;
  obey(0, {
    async call({ port, window, size, seconds }: Calls) {
      client ??= await open(`http://127.0.0.1:${port}/`);
      const { echo } = client;
      const text = "x".repeat(size);
      const elapsed = stopwatch();
      const end = performance.now() + seconds * 1_000;
      let count = 0;
      const lane = async () => {
        while (performance.now() < end) {
          const answer = await echo(text);
          if (answer !== text) throw new Error(`Cannot go on: expected "${text}", got ${answer}`);
          count++;
        }
      };
      await Promise.all(Array.from({ length: window }, lane));
      return elapsed(count);
    },
  });
}
