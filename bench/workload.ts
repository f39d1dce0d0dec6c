import { type Share, shareBetween, type Usage } from "./core_time.ts";
import type { Effort } from "./load/effort.ts";
import type { Worker } from "./worker.ts";

/** What is measured, and what it is compared by. */
export interface Metric {
  readonly id: string;
  readonly title: string;
  readonly digits: number;
  /** How two contenders are compared: what one has of the other, or more than the other. */
  readonly compare: "ratio" | "difference";
  readonly better: "higher" | "lower";
}

/** One measurement of one contender. */
export interface Sample {
  /** By the id of the metric. */
  readonly values: Readonly<Record<string, number>>;
  readonly server?: Share;
  readonly load?: Share;
}

/** The two processes of a measurement. */
export interface Pair {
  readonly server: Worker;
  readonly load: Worker;
}

/** One thing to measure. */
export interface Workload {
  readonly id: string;
  readonly title: string;
  /** What tables call it. */
  readonly short: string;
  readonly metrics: readonly Metric[];
  /** Connections open at the same time. */
  readonly connections: number;
  /** What the server is told at its start. */
  readonly args?: readonly string[];
  /** Whose cores have to be their own while it runs, so that the sample counts. */
  readonly needs: readonly ("server" | "load")[];
  /** Whether the load generator that is not ours can do it. */
  readonly byOthers?: boolean;
  measure(pair: Pair): Promise<Sample>;
}

/** What is done in each second of the server's processor time. */
export const RATE: Metric = {
  id: "rate",
  title: "messages/s",
  digits: 0,
  compare: "ratio",
  better: "higher",
};

/** What each of many connections takes. */
export const MEMORY: Metric = {
  id: "memory",
  title: "KiB",
  digits: 2,
  compare: "difference",
  better: "lower",
};

/** What the load generator did, and what it cost. */
export interface Watched<E> {
  /** Messages or connections for each second of the server's processor time. */
  readonly rate: number;
  readonly effort: E;
  readonly server: Share;
  readonly load: Share;
}

/**
 * Has the load generator do something, and watches what it costs both sides.
 *
 * The rate is by processor time, not by the clock: a server that has its core to itself and is kept
 * busy shows the same either way, and one that waits for a client (opening TCP connections costs the
 * client more than the server) is not blamed for it.
 */
export async function watched<E extends Effort = Effort>(
  { server, load }: Pair,
  request: { do: string } & Record<string, unknown>,
): Promise<Watched<E>> {
  const before = await server.ask<Usage>({ do: "usage" });
  const effort = await load.ask<E>(request);
  const after = await server.ask<Usage>({ do: "usage" });
  return {
    rate: effort.count / ((after.cpu - before.cpu) / 1e6),
    effort,
    server: shareBetween(before, after),
    load: effort.share,
  };
}

/** The rate as a sample. */
export function rated({ rate, server, load }: Watched<Effort>): Sample {
  return { values: { rate }, server, load };
}

/** Bytes of memory of the server, once garbage is collected. */
export function memory({ server }: Pair): Promise<number> {
  return server.ask<number>({ do: "memory" });
}
