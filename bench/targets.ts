/** What edgesocket promises of its speed, checked in each run. */
export interface Target {
  readonly title: string;
  readonly workload: string;
  readonly metric: string;
  readonly contender: string;
  readonly other: string;
  /** The least (of a ratio) or the most (of a difference) that the median may be. */
  readonly bound: number;
}

/** KiB of each idle connection above raw. */
const MEMORY = { bun: 1, deno: 2 } as const;

const native: readonly Target[] = (["bun", "deno"] as const).flatMap(
  (runtime): Target[] => {
    const name = runtime === "bun" ? "Bun" : "Deno";
    const ours = { contender: `${runtime}-edgesocket`, other: `${runtime}-raw` };
    const behindHono = { contender: `${ours.contender}-hono`, other: `${ours.other}-hono` };
    const rate = { metric: "rate" };
    return [
      {
        title: `${name}: 64-byte echo, of raw`,
        ...ours,
        ...rate,
        workload: "echo",
        bound: runtime === "bun" ? 0.95 : 1,
      },
      ...(runtime === "bun"
        ? [{
          title: "Bun: 64-byte echo with Hono, of hono/bun",
          ...rate,
          workload: "echo",
          contender: "bun-edgesocket-hono",
          other: "bun-hono",
          bound: 4,
        }]
        : []),
      { title: `${name}: 16 KiB echo, of raw`, ...ours, ...rate, workload: "binary", bound: 0.97 },
      { title: `${name}: upgrade rate, of raw`, ...ours, ...rate, workload: "upgrade", bound: 0.9 },
      {
        title: `${name}: upgrade rate with Hono, of raw behind Hono`,
        ...behindHono,
        ...rate,
        workload: "upgrade",
        bound: 0.9,
      },
      {
        title: `${name}: KiB of an idle connection above raw`,
        ...ours,
        workload: "memory",
        metric: "memory",
        bound: MEMORY[runtime],
      },
      {
        title: `${name}: % of a core for idle connections above raw`,
        ...ours,
        workload: "idle",
        metric: "share",
        bound: 2,
      },
    ];
  },
);

const onNode = { contender: "node-edgesocket", other: "node-ws", metric: "rate" } as const;

export const targets: readonly Target[] = [
  ...native,
  { title: "Node: 64-byte echo, of ws", ...onNode, workload: "echo", bound: 0.95 },
  { title: "Node: upgrade rate, of ws", ...onNode, workload: "upgrade", bound: 0.8 },
  {
    title: "Node: upgrade rate, of ws behind requests of fetch",
    ...onNode,
    other: "node-request",
    workload: "upgrade",
    bound: 0.9,
  },
  {
    title: "Node: KiB of an idle connection above ws",
    ...onNode,
    metric: "memory",
    workload: "memory",
    bound: 1,
  },
];
