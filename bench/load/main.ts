/** The load generator: a process of its own, on Bun, on a core of its own. */
import process from "node:process";
import { answerLines } from "../lines.ts";
import { Crowd, type Echo, type Timing } from "./crowd.ts";
import { Engine } from "./engine.ts";
import type { MessageShape } from "./cycle.ts";

const crowd = new Crowd(Number(process.argv[2]));
const engine = new Engine();

answerLines({
  grow: ({ total, abreast }: Abreast) => crowd.grow(total, abreast),
  echo: (echo: Echo) => crowd.echo(echo),
  latency: (timing: Timing) => crowd.latency(timing),
  visit: ({ total, abreast, ...shape }: Abreast & MessageShape) =>
    crowd.visit(total, abreast, shape),
  engine: () => engine.start(),
  endEngine: () => engine.end(),
  fanOut: ({ times, each, ...shape }: FanOut & MessageShape) => crowd.fanOut(times, shape, each),
});

interface Abreast {
  readonly total: number;
  readonly abreast: number;
}

interface FanOut {
  readonly times: number;
  readonly each?: number;
}
