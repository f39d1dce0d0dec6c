/** What the command line asks for. */
export interface Options {
  readonly quick: boolean;
  readonly rounds: number;
  /** Workloads and contenders to take; empty for all. A name also takes those that begin with it. */
  readonly only: readonly string[];
  /** A version in git or a folder to compare with. */
  readonly base: string | undefined;
}

export const USAGE = `deno task bench [options]

  --quick            a short run to see that all works; its figures mean little
  --rounds=7         how often each measurement is repeated
  --only=echo,bun    only these workloads (echo, binary, upgrade, memory, fan-out, growth, idle)
                     and these servers (bun, deno, node, bun-raw, bun-edgesocket, ...)
  --base=HEAD        edgesocket at this version (or in this folder) as one more server
`;

/**
 * Reads the arguments.
 *
 * @throws {TypeError} If one is unknown.
 * @throws {RangeError} If there are not 1 to 100 rounds.
 */
export function parseOptions(args: readonly string[]): Options {
  const given = new Map(args.map((arg) => {
    const [, name, value = ""] = /^--(quick|rounds|only|base)(?:=(.+))?$/.exec(arg) ?? [];
    if (name === undefined) throw new TypeError(`Cannot use "${arg}".\n\n${USAGE}`);
    return [name, value];
  }));
  const quick = given.has("quick");
  const rounds = Number(given.get("rounds") ?? (quick ? 1 : 7));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) {
    throw new RangeError(`Cannot use --rounds: expected 1 to 100, got "${given.get("rounds")}"`);
  }
  const only = given.get("only")?.split(",") ?? [];
  return { quick, rounds, only, base: given.get("base") };
}

/** Whether the options take a workload or a contender; `all` are the ids of its kind. */
export function takes({ only }: Options, id: string, all: readonly string[]): boolean {
  const matches = (name: string, candidate: string) =>
    candidate === name || candidate.startsWith(`${name}-`);
  const ofThisKind = only.filter((name) => all.some((candidate) => matches(name, candidate)));
  return ofThisKind.length === 0 || ofThisKind.some((name) => matches(name, id));
}
