import { setTimeout as sleep } from "node:timers/promises";
import { call, defineHub } from "edgesocket/hubs";
import * as v from "valibot";
import { type SensorName, sensors } from "./machine.ts";

const sensorName = v.picklist(Object.keys(sensors) as SensorName[]);
const limit = v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1_000_000)));

/** The limits that somebody has set, which all who watch a sensor share. */
const limits = new Map<SensorName, number>();

const h = defineHub()({
  client: {
    /** A limit was set, or taken away. */
    limit: call(sensorName, limit),
    /** A question, which the page asks whoever sits before it. */
    confirm: call(v.string()).returns(v.boolean()),
  },
});

/** A live dashboard: streams of values, groups of those who watch the same, and a question. */
export const dashboard = h.create({
  /** Begins to watch a sensor: what its unit and its limit are. */
  watch: h.method([sensorName], async (context, name) => {
    await context.groups.add(name);
    return { unit: sensors[name].unit, limit: limits.get(name) ?? null };
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

  /** Sets a limit for all who watch the sensor. */
  setLimit: h.method([sensorName, limit], (context, name, value) => {
    if (value === null) limits.delete(name);
    else limits.set(name, value);
    return context.clients.group(name).limit(name, value);
  }),

  /** Takes all limits away, if the one who asks for it is sure. */
  clearLimits: h.method([], async (context) => {
    const question = `Take away ${limits.size} limits, for everybody?`;
    if (limits.size === 0 || !await context.clients.caller.confirm(question)) return false;
    for (const name of [...limits.keys()]) {
      limits.delete(name);
      await context.clients.group(name).limit(name, null);
    }
    return true;
  }),
});
