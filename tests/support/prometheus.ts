/** One value of a metric as Prometheus reads it. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Every metric by its name. */
export type Exposition = ReadonlyMap<string, readonly Sample[]>;

/**
 * Reads the text format of Prometheus.
 *
 * @throws {Error} If a line is neither a comment nor a sample.
 */
export function exposed(text: string): Exposition {
  const all = new Map<string, Sample[]>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name, labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)(?: \d+)?$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`expected a sample, got ${line}`);
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) =>
      [key!, text!] as const
    );
    const sample = { labels: Object.fromEntries(pairs), value: number(value!) };
    all.set(name, [...all.get(name) ?? [], sample]);
  }
  return all;
}

function number(text: string): number {
  return text === "+Inf" ? Infinity : Number(text);
}

/** What a query asks for. */
export interface Selector {
  readonly name: string;
  readonly labels: readonly { readonly label: string; readonly fits: (value: string) => boolean }[];
  /** The labels by which the query groups. */
  readonly grouped: readonly string[];
}

/** The metrics of ours that a query names, with their labels. */
export function selectorsIn(query: string): Selector[] {
  const grouped = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) =>
    list!.split(",").map((label) => label.trim())
  );
  return [...query.matchAll(/\b(edgesocket_\w+)(?:\{([^}]*)\})?(?=[\[\s)/]|$)/g)]
    // What stands in parentheses behind "by" is a label.
    .filter(([, name]) => !grouped.includes(name!))
    .map(([, name, matchers = ""]) => ({
      name: name!,
      grouped,
      labels: [...matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, label, how, text]) => ({
        label: label!,
        fits: (value: string) => {
          const same = how!.includes("~")
            ? new RegExp(`^(?:${text})$`).test(value)
            : value === text;
          return how!.startsWith("!") ? !same : same;
        },
      })),
    }));
}
