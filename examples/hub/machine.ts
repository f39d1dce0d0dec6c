import process from "node:process";

/** What the dashboard shows of the process that serves it. */
export interface Sensor {
  readonly unit: string;
  /** Its value now. */
  read(): number;
}

/** Milliseconds by which the event loop was late, lately. */
let lag = 0;
let expected = performance.now();

setInterval(() => {
  const now = performance.now();
  lag = Math.max(0, now - expected);
  expected = now + 100;
}, 100);

/** Processor time at the last look, in microseconds. */
let used = process.cpuUsage();
let looked = performance.now();

function busy(): number {
  const now = performance.now();
  const { user, system } = process.cpuUsage();
  const share = (user + system - used.user - used.system) / Math.max(1, (now - looked) * 1000);
  if (now - looked > 400) {
    used = { user, system };
    looked = now;
  }
  return 100 * share;
}

/** The sensors, by name. */
export const sensors: Readonly<Record<"processor" | "memory" | "delay", Sensor>> = {
  processor: { unit: "%", read: busy },
  memory: { unit: "MiB", read: () => process.memoryUsage().rss / 2 ** 20 },
  delay: { unit: "ms", read: () => lag },
};

/** The name of a sensor. */
export type SensorName = keyof typeof sensors;
