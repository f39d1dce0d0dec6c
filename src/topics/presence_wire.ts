/** A user of one process in one topic. */
export interface Entry {
  readonly id: string;
  /** Which of several values of one user is the newest. From 1; 0 says that the user has left. */
  readonly stamp: number;
  /** The value; `""` for none. */
  readonly json: string;
}

/**
 * What processes tell each other. Versions count the changes of one process, and of all its topics
 * together, so that none comes twice; no clock is in it.
 */
export type PresenceMessage =
  & { readonly process: string }
  & (
    /** It lives, and whoever hears nothing of it for `ttl` milliseconds may think that it does not. */
    | { readonly kind: "beat"; readonly ttl: number }
    /** It ends, and all of its users go with it. */
    | { readonly kind: "bye" }
    /** How far a topic is there. */
    | { readonly kind: "version"; readonly version: number }
    /** What has changed since it was at `from`; at 0 it had nobody. */
    | {
      readonly kind: "changes";
      readonly version: number;
      readonly from: number;
      readonly lines: readonly string[];
    }
    /** All that it has, in so many parts. */
    | {
      readonly kind: "roster";
      readonly version: number;
      readonly part: number;
      readonly parts: number;
      readonly lines: readonly string[];
    }
    /**
     * How far it is, and how far it knows others to be: whoever is elsewhere sends its roster, the others
     * how far they are. `of`: the one process that is asked; `""` for all.
     */
    | {
      readonly kind: "ask";
      readonly version: number;
      readonly of: string;
      readonly known: ReadonlyMap<string, number>;
    }
  );

/*
 * The first line: "p1" for the version, the kind, the process, and numbers, with tabs between. Then
 * lines. JSON has neither tabs nor line ends of its own.
 */
const HEAD = /^p1\t(beat|bye|version|changes|roster|ask)\t([0-9a-f]{16})((?:\t\d{1,16})*)$/;

/** How many numbers each of them has. */
const NUMBERS = { beat: 1, bye: 0, version: 1, changes: 2, roster: 3, ask: 1 };

/** What goes over the broker. */
export function encodePresence(message: PresenceMessage): string {
  const head = (...numbers: number[]) =>
    ["p1", message.kind, message.process, ...numbers].join("\t");
  switch (message.kind) {
    case "beat":
      return head(message.ttl);
    case "bye":
      return head();
    case "version":
      return head(message.version);
    case "changes":
      return [head(message.version, message.from), ...message.lines].join("\n");
    case "roster":
      return [head(message.version, message.part, message.parts), ...message.lines].join("\n");
    case "ask": {
      const known = [...message.known].map(([process, version]) => `${process}\t${version}`);
      return [head(message.version), message.of, ...known].join("\n");
    }
  }
}

/** What came over the broker; `undefined` if no edgesocket of this version sent it. */
export function decodePresence(text: string): PresenceMessage | undefined {
  const [first = "", ...lines] = text.split("\n");
  const [, name, process = "", rest = ""] = HEAD.exec(first) ?? [];
  const kind = name as PresenceMessage["kind"] | undefined;
  const numbers = rest.split("\t").slice(1).map(Number);
  if (kind === undefined || numbers.length !== NUMBERS[kind]) return;
  if (!numbers.every(Number.isSafeInteger)) return;
  const [a = 0, b = 0, c = 0] = numbers;
  switch (kind) {
    case "beat":
      return { kind, process, ttl: a };
    case "bye":
      return { kind, process };
    case "version":
      return { kind, process, version: a };
    case "changes":
      return { kind, process, version: a, from: b, lines };
    case "roster":
      return { kind, process, version: a, part: b, parts: c, lines };
    case "ask": {
      const [of = "", ...others] = lines;
      const known = new Map(others.map((line) => {
        const [other = "", version] = line.split("\t");
        return [other, Number(version)] as const;
      }));
      return { kind, process, version: a, of, known };
    }
  }
}

/** A user as a line. */
export function lineOf({ id, stamp, json }: Entry): string {
  return `${stamp}\t${JSON.stringify(id)}\t${json}`;
}

/** The users of lines; `undefined` if one of them is none of ours. */
export function entriesOf(lines: readonly string[]): Entry[] | undefined {
  try {
    return lines.map((line) => {
      const [stamp, name = "", json = "", ...more] = line.split("\t");
      const id: unknown = JSON.parse(name);
      if (typeof id !== "string" || more.length > 0) throw new TypeError(line);
      if (json !== "") JSON.parse(json);
      const number = Number(stamp);
      if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(line);
      return { id, stamp: number, json };
    });
  } catch {
    return;
  }
}
