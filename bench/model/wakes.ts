/** How often what is left to search is halved. */
const HALVES = 60;

/**
 * How often one who works in turns is woken, or begins the next turn at once because more has come
 * meanwhile: where it waits for things that come by chance (Poisson), takes all that is there in one
 * turn, and has a core to itself. Nearly each thing wakes it while it has little to do; the more there
 * is, the more of them share a turn, so that it slows down late.
 *
 * A turn follows without a pause where something came during the one before: of turns of the length s,
 * with r things a second, the share 1 − e^(−r·s). So there are e^(r·s) turns behind each pause, and r
 * times the share of the time that is idle of these pauses a second.
 *
 * @param rate Things that come, a second.
 * @param workOf Microseconds a second that they take, with so many turns a second.
 * @returns Turns a second.
 */
export function turnsOf(rate: number, workOf: (turns: number) => number): number {
  if (rate === 0) return 0;
  let [low, high] = [0, rate];
  for (let half = 0; half < HALVES; half++) {
    const turns = (low + high) / 2;
    const busy = workOf(turns) / 1e6;
    const next = busy >= 1 ? 0 : rate * (1 - busy) * Math.exp(rate * busy / turns);
    if (next > turns) low = turns;
    else high = turns;
  }
  return high;
}

/**
 * How often one writes to somebody in its turns: in each of them once to whoever has something there,
 * however much that is.
 *
 * @param messages A second.
 * @param reached How many each of them goes to, of `all`.
 */
export function writesOf(messages: number, reached: number, all: number, turns: number): number {
  if (messages === 0 || turns === 0) return 0;
  const each = Math.max(1, messages / turns);
  const some = all * (1 - (1 - Math.min(1, reached / all)) ** each);
  return Math.min(messages * reached, turns * some);
}
