/** A server that takes part. */
export interface Contender {
  readonly id: string;
  readonly runtime: "bun" | "deno" | "node";
  /** What it is, apart from its runtime. */
  readonly name: string;
  /** Its file under servers/, without the extension. */
  readonly script: string;
  /** What its file is told, beside what the workload tells all of them. */
  readonly args?: readonly string[];
  /** Whether it runs the version that `--base` names instead of the code as it is. */
  readonly base?: boolean;
}

const RUNTIMES = { bun: "Bun", deno: "Deno", node: "Node" } as const;

/** The servers of one runtime. */
export interface Lineup {
  /** What everyone is compared with: the runtime's own WebSocket and nothing above it. */
  readonly raw: Contender;
  /** What an upgrade through Hono's router costs, and no more. */
  readonly rawHono: Contender;
  readonly ours: Contender;
  readonly oursHono: Contender;
  readonly hono: Contender;
  readonly crossws: Contender;
}

/** Bun's and Deno's. */
export const lineups: Readonly<Record<"bun" | "deno", Lineup>> = {
  bun: lineup("bun"),
  deno: lineup("deno"),
};

/** Node's: all are compared with ws. */
export const nodeLineup = {
  ws: { id: "node-ws", runtime: "node", name: "ws", script: "node_ws" },
  /** What a route in the shape of `fetch` costs, and no more. */
  wsRequest: {
    id: "node-request",
    runtime: "node",
    name: "ws behind requests of fetch",
    script: "node_ws_request",
  },
  ours: { id: "node-edgesocket", runtime: "node", name: "edgesocket", script: "edgesocket_node" },
  /** edgesocket's entry for Node, on Deno. */
  onDeno: {
    id: "deno-strict",
    runtime: "deno",
    name: "edgesocket through ./node",
    script: "edgesocket_node",
  },
} as const satisfies Readonly<Record<string, Contender>>;

/** What hubs are compared with. */
export interface HubsLineup {
  readonly hub: Contender;
  /** The least that answers the same frames, on edgesocket's connections and on the runtime's own. */
  readonly loop: Contender;
  readonly native: Contender;
  /** What else there is. */
  readonly others: readonly Contender[];
  /** The hub and Socket.IO in several processes. */
  readonly scaled: { readonly hub: Contender; readonly socketIo: Contender };
}

/** Bun's, Deno's and Node's. */
export const hubsLineups: Readonly<Record<"bun" | "deno" | "node", HubsLineup>> = {
  bun: hubsLineup("bun"),
  deno: hubsLineup("deno"),
  node: hubsLineup("node"),
};

function hubsLineup(runtime: "bun" | "deno" | "node"): HubsLineup {
  const server = (way: string, name: string) => ({
    id: `${runtime}-${way}`,
    runtime,
    name,
    script: "calls",
    args: [way],
  });
  return {
    hub: { id: `${runtime}-hub`, runtime, name: "a hub", script: "edgesocket_hub" },
    loop: server("loop", "a bare loop"),
    native: server("native", "a bare loop on the runtime's own"),
    others: [server("socket.io", "Socket.IO"), server("trpc", "tRPC")],
    scaled: {
      hub: { id: `${runtime}-hub-scaled`, runtime, name: "a hub", script: "edgesocket_scale" },
      socketIo: { id: `${runtime}-socket.io-scaled`, runtime, name: "Socket.IO", script: "scale" },
    },
  };
}

/** Clients of a hub, which take the place of servers. */
export interface ClientLineup {
  /** It comes back after a cut. */
  readonly client: Contender;
  /** It does not, and so keeps nothing of what it has sent. */
  readonly plain: Contender;
  readonly microsoft: Contender;
  readonly stateful: Contender;
}

/** Bun's, Deno's and Node's. */
export const clientLineups: Readonly<Record<"bun" | "deno" | "node", ClientLineup>> = {
  bun: clientLineup("bun"),
  deno: clientLineup("deno"),
  node: clientLineup("node"),
};

function clientLineup(runtime: "bun" | "deno" | "node"): ClientLineup {
  const client = (id: string, name: string, script: string, ...args: string[]): Contender => ({
    id: `${runtime}-${id}`,
    runtime,
    name,
    script,
    args,
  });
  return {
    client: client("client", "our client", "edgesocket_client"),
    plain: client("client-plain", "our client without resume", "edgesocket_client", "plain"),
    microsoft: client("microsoft", "Microsoft's client", "microsoft_client"),
    stateful: client(
      "microsoft-stateful",
      "Microsoft's client with stateful reconnect",
      "microsoft_client",
      "stateful",
    ),
  };
}

function lineup(runtime: "bun" | "deno"): Lineup {
  const server = (id: string, name: string, script = `${runtime}_${id.replace("-", "_")}`) => ({
    id: `${runtime}-${id}`,
    runtime,
    name,
    script,
  });
  return {
    raw: server("raw", "raw"),
    rawHono: server("raw-hono", "raw behind Hono"),
    ours: server("edgesocket", "edgesocket", "edgesocket"),
    oursHono: server("edgesocket-hono", "edgesocket with Hono", "edgesocket_hono"),
    hono: server("hono", `hono/${runtime}`),
    crossws: server("crossws", "crossws"),
  };
}

/** How tables and messages call a contender. */
export function titleOf({ runtime, name }: Contender): string {
  return `${RUNTIMES[runtime]}, ${name}`;
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
