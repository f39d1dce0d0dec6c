import { bun, deno } from "../support/runtimes.ts";
import type { EngineRow } from "./engine_suite.ts";
import type { ReplayRow } from "./replay_suite.ts";

/** What the suite on topics with a history runs on, by the columns of the table in docs/scale-out.md. */
export const HISTORIES = {
  "memory": [
    { client: "memory", pair: [deno, deno] },
    { client: "memory", pair: [bun, bun] },
  ],
  "node-redis": [{ client: "node-redis", engine: "redis", pair: [deno, bun] }],
  "ioredis": [{ client: "ioredis", engine: "redis", pair: [bun, deno] }],
  "iovalkey": [{ client: "iovalkey", engine: "redis", pair: [deno, deno] }],
  "NATS": [{ client: "nats", engine: "nats", pair: [deno, bun] }],
} as const satisfies Readonly<Record<string, readonly ReplayRow[]>>;

/** A column. */
export type HistoryColumn = keyof typeof HISTORIES;

/** What the faults of engines run on. */
export const FAULTS: Readonly<Partial<Record<HistoryColumn, readonly ReplayRow[]>>> = {
  "node-redis": HISTORIES["node-redis"],
  "ioredis": HISTORIES["ioredis"],
  "iovalkey": HISTORIES["iovalkey"],
  // The other way round, so that each runtime meets them first once.
  "NATS": [{ client: "nats", engine: "nats", pair: [bun, deno] }],
};

/** What presence runs on. */
export const PRESENCES: readonly EngineRow[] = [
  { client: "node-redis", engine: "redis", pair: [deno, bun] },
  { client: "ioredis", engine: "redis", pair: [bun, deno] },
  { client: "nats", engine: "nats", pair: [deno, bun] },
];
