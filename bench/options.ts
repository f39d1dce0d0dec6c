import { type SuiteName, SUITES } from "./suites.ts";

/** What the command line asks for. */
export interface Options {
  /** Empty for all. */
  readonly suites: readonly SuiteName[];
  readonly quick: boolean;
  /** Pairs of samples of each row of edgesocket. */
  readonly pairs: number;
  /** Minutes after which no more pairs are begun. */
  readonly time: number;
  /** Rows to take; empty for all. */
  readonly only: readonly string[];
  /** A version in git or a folder to compare with. */
  readonly base: string | undefined;
  /** The share of its core that a sample needs to count. */
  readonly core: number;
  readonly generator: "edgesocket" | "ws";
  /** Whether to go on with the run before, which was not finished. */
  readonly resume: boolean;
  /** Whether a floor that is missed makes the command fail. */
  readonly check: boolean;
  /** Whether what topics cost in many processes is measured, beside what the model of it says. */
  readonly model: boolean;
  /** How often each run of the model is measured; that counts which waited least for a core. */
  readonly rounds: number;
}

/** Pairs of a published figure, at the least. */
export const PUBLISHED_PAIRS = 15;

export const USAGE = `deno task bench [${SUITES.join("|")}] [options]

  --pairs=${PUBLISHED_PAIRS}         pairs of samples of each row of edgesocket; peers get a third of them
  --time=60          minutes after which no more pairs are begun
  --only=echo,bun    only these workloads (echo, binary, upgrade, latency, memory, growth, idle,
                     fan-out, room, publish, jetstream, catch-up, come-back, subscription, calls,
                     broadcast, connects, hub-memory, sse, polling, two-processes, client-calls)
                     and these servers or clients (bun, deno, node, bun-edgesocket, bun-hub, bun-client, ...)
  --base=HEAD        edgesocket beside itself at this version (or in this folder), not beside others
  --resume           goes on with the run before, of the same code, that did not come to its end
  --check            fails if a floor is missed: if the whole interval lies on the wrong side of it
  --model            with topics: what they cost in 1 to 8 processes, beside what the model says;
                     --check fails where it is not within a quarter
  --rounds=2         with --model: how often each run is measured; the calmest one counts
  --core=85          per cent of its core that a server needs for a sample to count
  --generator=ws     load from the client of ws on Node, which is not ours: echoes only
  --quick            a short run to see that all works; its figures mean little
`;

const OPTION =
  /^--(?:(?<flag>quick|check|resume|model)|(?<name>pairs|rounds|time|core|only|base|generator)=(?<value>.+))$/;

/**
 * Reads the arguments.
 *
 * @throws {TypeError} If one is unknown.
 * @throws {RangeError} If a number is out of its range.
 */
export function parseOptions(args: readonly string[]): Options {
  const suites: SuiteName[] = [];
  const given = new Map<string, string>();
  for (const arg of args) {
    const suite = SUITES.find((name) => name === arg);
    const { flag, name = flag, value = "" } = OPTION.exec(arg)?.groups ?? {};
    if (suite !== undefined) suites.push(suite);
    else if (name !== undefined) given.set(name, value);
    else throw new TypeError(`Cannot use "${arg}".\n\n${USAGE}`);
  }
  const number = (name: string, fallback: number, least: number, most: number): number => {
    const value = Number(given.get(name) ?? fallback);
    if (value >= least && value <= most) return value;
    throw new RangeError(
      `Cannot use --${name}: expected ${least} to ${most}, got "${given.get(name)}"`,
    );
  };
  const generator = given.get("generator") ?? "edgesocket";
  if (generator !== "edgesocket" && generator !== "ws") {
    throw new TypeError(`Cannot use --generator: expected edgesocket or ws, got "${generator}"`);
  }
  const quick = given.has("quick");
  const model = given.has("model");
  if (model && (suites.length !== 1 || suites[0] !== "topics")) {
    throw new TypeError(
      `Cannot use --model: expected the suite topics, got ${suites.join(", ") || "all"}`,
    );
  }
  return {
    suites,
    quick,
    pairs: Math.floor(number("pairs", quick ? 1 : PUBLISHED_PAIRS, 1, 1000)),
    time: number("time", Infinity, 0.1, Infinity),
    only: given.get("only")?.split(",") ?? [],
    base: given.get("base"),
    core: number("core", quick ? 0 : 85, 0, 99) / 100,
    generator,
    resume: given.has("resume"),
    check: given.has("check"),
    model,
    rounds: Math.floor(number("rounds", quick ? 1 : 2, 1, 100)),
  };
}

/** Whether a run is one to publish: whole suites, by our own generator, with pairs enough. */
export function isWhole(options: Options): boolean {
  const { quick, pairs, only, base, core, generator } = options;
  return only.length === 0 && !quick && base === undefined &&
    generator === "edgesocket" && pairs >= PUBLISHED_PAIRS && core >= 0.85;
}

/**
 * Whether the options take a workload or a contender; `all` are the ids of its kind. A name that is
 * none of them takes those that begin with it: `bun` takes `bun-raw`.
 */
export function takes({ only }: Options, id: string, all: readonly string[]): boolean {
  const matches = (name: string, candidate: string) =>
    all.includes(name) ? candidate === name : candidate.startsWith(`${name}-`);
  const ofThisKind = only.filter((name) => all.some((candidate) => matches(name, candidate)));
  return ofThisKind.length === 0 || ofThisKind.some((name) => matches(name, id));
}
