import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc: () => void = runInNewContext("gc");

/** Makes objects, hands them over, and says how many of them are still held afterwards. */
export async function heldOf(count: number, use: (object: object) => void): Promise<number> {
  // By a function, whose frame holds nothing when it has returned.
  const references = Array.from({ length: count }, () => {
    const object = {};
    use(object);
    return new WeakRef(object);
  });
  // What a reference has pointed to is kept until the end of the turn.
  await new Promise((resolve) => setTimeout(resolve));
  gc();
  return references.filter((reference) => reference.deref() !== undefined).length;
}

/** Bytes that are held after `task` and were not before. */
export function memoryOf(task: () => void): number {
  gc();
  const before = Deno.memoryUsage().heapUsed;
  task();
  gc();
  return Deno.memoryUsage().heapUsed - before;
}
