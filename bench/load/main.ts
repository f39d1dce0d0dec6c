/** The load generator: a process of its own, on Bun, on a core of its own. */
import process from "node:process";
import { usage } from "../core_time.ts";
import { answerLines } from "../lines.ts";
import { Callers, type Way } from "./callers.ts";
import { Crowd, type Echo, type Timing } from "./crowd.ts";
import type { ComeBack } from "./come_back.ts";
import { Engine, type EngineName } from "./engine.ts";
import type { MessageShape } from "./cycle.ts";
import { Sibling } from "./sibling.ts";

const port = Number(process.argv[2]);
const crowd = new Crowd(port);
const callers = new Callers(port);
const engine = new Engine();
const sibling = new Sibling();

answerLines({
  grow: ({ total, abreast }: Abreast) => crowd.grow(total, abreast),
  echo: (echo: Echo) => crowd.echo(echo),
  latency: (timing: Timing) => crowd.latency(timing),
  visit: ({ total, abreast, ...shape }: Abreast & MessageShape) =>
    crowd.visit(total, abreast, shape),
  comeBack: (what: ComeBack) => crowd.comeBack(what),
  engine: ({ name }: { name: EngineName }) => engine.start(name),
  port: () => engine.port,
  scripts: () => engine.scripts(),
  endEngine: () => engine.end(),
  fanOut: ({ times, each, ...shape }: FanOut & MessageShape) => crowd.fanOut(times, shape, each),
  join: ({ speaks, total, abreast, way }: Abreast & Speaks & { way?: Way }) =>
    callers.join(speaks, total, abreast, way),
  call: ({ window, seconds }: { window: number; seconds: number }) => callers.call(window, seconds),
  shout: ({ times, from }: { times: number; from?: number }) => callers.shout(times, from),
  sibling: ({ command }: { command: string[] }) => sibling.start(command, engine.port),
  endSibling: () => sibling.end(),
  /** For clients that are measured: what serves them is loaded for none else. */
  hub: async () => await (await import("./hub.ts")).startHub(),
  usage,
  drop: ({ speaks, total, abreast }: Abreast & Speaks) => callers.drop(speaks, total, abreast),
});

/** How the server is spoken to. */
interface Speaks {
  readonly speaks: string;
}

interface Abreast {
  readonly total: number;
  readonly abreast: number;
}

interface FanOut {
  readonly times: number;
  readonly each?: number;
}
