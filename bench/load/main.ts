/** The load generator: a process of its own, on Bun, on a core of its own. */
import process from "node:process";
import { answerLines } from "../lines.ts";
import { Crowd, type Effort } from "./crowd.ts";
import type { MessageShape } from "./frames.ts";

const crowd = new Crowd(Number(process.argv[2]));

answerLines({
  grow: ({ total, abreast }: Abreast): Promise<Effort> => crowd.grow(total, abreast),
  echo: (line: Parameters<Crowd["echo"]>[0]): Promise<Effort> => crowd.echo(line),
  visit: ({ total, abreast, ...shape }: Abreast & MessageShape): Promise<Effort> =>
    crowd.visit(total, abreast, shape),
  fanOut: ({ times, each, ...shape }: FanOut & MessageShape): Promise<Effort> =>
    crowd.fanOut(times, shape, each),
});

interface Abreast {
  readonly total: number;
  readonly abreast: number;
}

interface FanOut {
  readonly times: number;
  readonly each?: number;
}
