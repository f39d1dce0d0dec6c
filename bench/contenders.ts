/** A server that takes part. */
export interface Contender {
  readonly id: string;
  readonly runtime: "bun" | "deno" | "node";
  /** What it is, apart from its runtime. */
  readonly name: string;
  /** Its file under servers/, without the extension. */
  readonly script: string;
  /** Whether it runs the version that `--base` names instead of the code as it is. */
  readonly base?: boolean;
}

const RUNTIMES = { bun: "Bun", deno: "Deno", node: "Node" } as const;

/** Everyone, in the order of the tables: the floor of each runtime first. */
export const contenders: readonly Contender[] = [
  ...on("bun", "hono/bun"),
  ...on("deno", "hono/deno"),
  {
    id: "deno-strict",
    runtime: "deno",
    name: "edgesocket through ./node",
    script: "edgesocket_node",
  },
  { id: "node-ws", runtime: "node", name: "ws", script: "node_ws" },
  {
    id: "node-request",
    runtime: "node",
    name: "ws behind requests of fetch",
    script: "node_ws_request",
  },
  { id: "node-edgesocket", runtime: "node", name: "edgesocket", script: "edgesocket_node" },
];

function on(runtime: "bun" | "deno", helper: string): Contender[] {
  const own = (id: string, name: string) => ({
    id: `${runtime}-${id}`,
    runtime,
    name,
    script: `${runtime}_${id.replace("-", "_")}`,
  });
  return [
    own("raw", "raw"),
    own("raw-hono", "raw behind Hono"),
    { ...own("edgesocket", "edgesocket"), script: "edgesocket" },
    { ...own("edgesocket-hono", "edgesocket with Hono"), script: "edgesocket_hono" },
    own("hono", helper),
    own("crossws", "crossws"),
  ];
}

/** How tables and messages call a contender. */
export function titleOf({ runtime, name }: Contender): string {
  return `${RUNTIMES[runtime]}, ${name}`;
}

/** The floor that a contender is compared with. */
export function floorOf({ runtime }: Contender): string {
  return runtime === "node" ? "node-ws" : `${runtime}-raw`;
}

/** edgesocket at another version, to see what a change brought. */
export function atBase(contender: Contender): Contender {
  return {
    ...contender,
    id: `${contender.id}-base`,
    name: `${contender.name}, base`,
    base: true,
  };
}

/** Whether it is edgesocket. */
export function isOurs({ script }: Contender): boolean {
  return script.startsWith("edgesocket");
}
