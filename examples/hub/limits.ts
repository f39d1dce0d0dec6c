import process from "node:process";
import { type Broker, HubError } from "edgesocket/hubs";
import { redis } from "edgesocket/redis";
import { type SensorName, sensors } from "./machine.ts";

/** The limits that somebody has set, which all who watch a sensor share. */
export interface Limits {
  get(name: SensorName): Promise<number | null>;
  /** Sets a limit, or takes it away. */
  set(name: SensorName, limit: number | null): Promise<void>;
  /** The sensors that have one. */
  names(): Promise<readonly SensorName[]>;
}

/** Those of this process alone. */
function ownLimits(): Limits {
  const limits = new Map<SensorName, number>();
  return {
    get: (name) => Promise.resolve(limits.get(name) ?? null),
    set: (name, limit) => {
      if (limit === null) limits.delete(name);
      else limits.set(name, limit);
      return Promise.resolve();
    },
    names: () => Promise.resolve([...limits.keys()]),
  };
}

/** What all processes of the dashboard share. */
export interface Shared {
  readonly limits: Limits;
  /** What carries calls between them; `undefined` if there is one only. */
  readonly broker: Broker | undefined;
  close(): void;
}

const KEY = "dashboard-limits";

/** Those of this process, or of all that share the Redis that `REDIS_URL` names. */
export async function openShared(): Promise<Shared> {
  const url = process.env.REDIS_URL;
  if (!url) return { limits: ownLimits(), broker: undefined, close() {} };
  const { createClient } = await import("redis");
  const publisher = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: 5_000,
    socket: { socketTimeout: 10_000, reconnectStrategy: 500 },
  });
  const subscriber = publisher.duplicate();
  const broker = redis({ publisher, subscriber, prefix: "dashboard" });
  // Not awaited: the page is there while Redis is away.
  for (const client of [publisher, subscriber]) client.connect().catch(() => {});
  /** Whoever asks is told, rather than the log. */
  const asked = <T>(answer: Promise<T>) =>
    answer.catch(() => {
      throw new HubError("limits are out of reach for the moment");
    });
  return {
    broker,
    limits: {
      get: async (name) => {
        const limit = await asked(publisher.hGet(KEY, name));
        return limit === null ? null : Number(limit);
      },
      set: async (name, limit) => {
        await asked(
          limit === null ? publisher.hDel(KEY, name) : publisher.hSet(KEY, name, `${limit}`),
        );
      },
      names: async () => {
        const names = await asked(publisher.hKeys(KEY));
        return names.filter((name) => Object.hasOwn(sensors, name)) as SensorName[];
      },
    },
    close: () => [publisher, subscriber].forEach((client) => client.destroy()),
  };
}
