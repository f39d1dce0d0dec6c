/** Messages that wait for an answer at the same time. */
const IN_FLIGHT = 100;

/** Does something so many times, with a hundred of them under way. */
export async function inLanes(count: number, task: (index: number) => Promise<unknown>) {
  let next = 0;
  const lane = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}
