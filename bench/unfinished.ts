import { Measurements, type SamplePair } from "./measurements.ts";

/** What a run measures, and on what: pairs of another code or machine do not belong to it. */
export interface Subject {
  readonly commit: string;
  /** The kind of machine. */
  readonly machine: string;
  /** Of runtimes and peers, by their names. */
  readonly versions: Readonly<Record<string, string>>;
}

/** How far a run has come. */
export interface Progress {
  readonly measurements: Measurements;
  /** Samples that were taken again, because their processes did not have their cores. */
  repeated: number;
  /** Pairs that were given up. */
  lost: number;
}

/** Where a run begins. */
export function begin(): Progress {
  return { measurements: new Measurements(), repeated: 0, lost: 0 };
}

/** A run as a file, so that another one can go on with it. */
export function toText(subject: Subject, progress: Progress): string {
  return `${JSON.stringify({ subject, ...progress })}\n`;
}

/**
 * Goes on with a run.
 *
 * @throws {Error} If that was of another subject.
 */
export function fromText(text: string, subject: Subject): Progress {
  const { subject: was, measurements, repeated, lost } = JSON.parse(text) as {
    subject: Subject;
    measurements: Record<string, readonly SamplePair[]>;
    repeated: number;
    lost: number;
  };
  const [expected, got] = [JSON.stringify(was), JSON.stringify(subject)];
  if (expected !== got) throw new Error(`Cannot resume: expected ${expected}, got ${got}`);
  return { measurements: new Measurements(measurements), repeated, lost };
}
