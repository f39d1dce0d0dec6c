/** What subscribers wrote down: `name number` for each message, `!` where they were told of a loss. */
export type Log = readonly string[];

/** What became of all messages at all subscribers. */
export interface Tally {
  /** Messages that reached somebody. */
  readonly out: number;
  /** Messages that reached nobody, of processes that lived on: nobody was told. */
  readonly nowhere: number;
  /** Of each subscriber, messages that reached another one. */
  readonly missing: { readonly told: number; readonly untold: number };
  readonly twice: number;
  /** Messages that came after a later one of the same publisher. */
  readonly late: number;
}

/** A publisher: how many messages it says that it has sent. */
export interface Sent {
  readonly count: number;
  /** Its process was ended: what it sent last may have gone with it. */
  readonly ended: boolean;
}

/** Counts. A message that is missing was told if a `!` stands between those around it. */
export function tallyOf(logs: readonly Log[], sent: ReadonlyMap<string, Sent>): Tally {
  const out = new Map([...sent.keys()].map((name) => [name, new Set<number>()]));
  let [twice, late] = [0, 0];
  const subscribers = logs.map((log) => {
    // By the name of a publisher: each number that came, with the losses that were told before it.
    const came = new Map<string, Map<number, number>>();
    const last = new Map<string, number>();
    let losses = 0;
    for (const line of log) {
      if (line === "!") {
        losses++;
        continue;
      }
      const [name = "", digits] = line.split(" ");
      const number = Number(digits);
      out.get(name)!.add(number);
      const numbers = came.get(name) ?? new Map<number, number>();
      came.set(name, numbers);
      if (numbers.has(number)) {
        twice++;
        continue;
      }
      if (number < (last.get(name) ?? -1)) late++;
      else last.set(name, number);
      numbers.set(number, losses);
    }
    return { came, losses };
  });
  let [told, untold, nowhere] = [0, 0, 0];
  for (const [name, numbers] of out) {
    const { count, ended } = sent.get(name)!;
    const most = Math.max(-1, ...numbers);
    nowhere += (ended ? most + 1 : Math.max(count, most + 1)) - numbers.size;
    for (const { came, losses } of subscribers) {
      const own = came.get(name) ?? new Map<number, number>();
      let before = 0;
      let open = 0;
      for (let number = 0; number <= most; number++) {
        const at = own.get(number);
        if (at === undefined) {
          if (numbers.has(number)) open++;
          continue;
        }
        if (at > before) told += open;
        else untold += open;
        [before, open] = [at, 0];
      }
      if (losses > before) told += open;
      else untold += open;
    }
  }
  const reached = [...out.values()].reduce((sum, { size }) => sum + size, 0);
  return { out: reached, nowhere, missing: { told, untold }, twice, late };
}
