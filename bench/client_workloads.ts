import { type Share, shareBetween, type Usage } from "./core_time.ts";
import type { Pace } from "./pace.ts";
import { RATE, type Workload } from "./workload.ts";

/** What is measured of clients of hubs. */
export interface ClientWorkloads {
  readonly calls: Workload;
}

/** Calls under way at the same time, and characters of each. */
const WINDOW = 16;
const SIZE = 1_024;

/** What a client has done. */
interface Called {
  readonly count: number;
  readonly share: Share;
}

/** All of them, at a pace. What is measured is the client: it takes the place of the server. */
export function clientWorkloads(pace: Pace): ClientWorkloads {
  return {
    calls: {
      id: "client-calls",
      title: `awaited calls of 1 KiB by one client, ${WINDOW} under way`,
      short: "client calls",
      metrics: [{ ...RATE, title: "calls/s" }],
      connections: 1,
      needs: ["server", "load"],
      async measure({ server: client, load }) {
        const port = await load.ask<number>({ do: "hub" });
        const call = { do: "call", port, window: WINDOW, size: SIZE };
        await client.ask({ ...call, seconds: 2 * pace.warmUp });
        const before = await load.ask<Usage>({ do: "usage" });
        // By the clock: what keeps a client waiting counts as much as what keeps it busy.
        const { count, share } = await client.ask<Called>({ ...call, seconds: pace.seconds });
        const after = await load.ask<Usage>({ do: "usage" });
        const seconds = (after.clock - before.clock) / 1e6;
        return {
          values: { rate: count / seconds },
          server: share,
          load: shareBetween(before, after),
        };
      },
    },
  };
}
