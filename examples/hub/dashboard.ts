import { setTimeout as sleep } from "node:timers/promises";
import { call, defineHub } from "edgesocket/hubs";
import * as v from "valibot";
import type { Shared } from "./limits.ts";
import { type SensorName, sensors } from "./machine.ts";

const sensorName = v.picklist(Object.keys(sensors) as SensorName[]);
const limit = v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1_000_000)));

const h = defineHub()({
  client: {
    /** A limit was set, or taken away. */
    limit: call(sensorName, limit),
    /** A question, which the page asks whoever sits before it. */
    confirm: call(v.string()).returns(v.boolean()),
  },
});

/** A live dashboard: streams of values, groups of those who watch the same, and a question. */
export function makeDashboard({ limits, broker }: Shared, secret: string) {
  return h.create({
    /** Begins to watch a sensor: what its unit and its limit are. */
    watch: h.method([sensorName], async (context, name) => {
      await context.groups.add(name);
      return { unit: sensors[name].unit, limit: await limits.get(name) };
    }),

    /** Ends that. */
    unwatch: h.method([sensorName], (context, name) => context.groups.remove(name)),

    /** The values of a sensor, one every so many milliseconds. */
    values: h.stream(
      [sensorName, v.pipe(v.number(), v.minValue(100), v.maxValue(60_000))],
      async function* (context, name, milliseconds) {
        while (!context.signal.aborted) {
          yield { at: Date.now(), value: Math.round(sensors[name].read() * 10) / 10 };
          await sleep(milliseconds, undefined, { signal: context.signal }).catch(() => {});
        }
      },
    ),

    /** Sets a limit for all who watch the sensor, whichever process they are connected to. */
    setLimit: h.method([sensorName, limit], async (context, name, value) => {
      await limits.set(name, value);
      await context.clients.group(name).limit(name, value);
    }),

    /** Takes all limits away, if the one who asks for it is sure. */
    clearLimits: h.method([], async (context) => {
      const names = await limits.names();
      const question = `Take away ${names.length} limits, for everybody?`;
      if (names.length === 0 || !await context.clients.caller.confirm(question)) return false;
      for (const name of names) {
        await limits.set(name, null);
        await context.clients.group(name).limit(name, null);
      }
      return true;
    }),
  }, {
    ...broker && { broker },
    secret,
    onState: (state) => console.log(`Engine: ${state}`),
    onBrokerError: (error) => console.error(`Engine: ${(error as Error).message}`),
  });
}
