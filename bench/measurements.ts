import { summarize, type Summary } from "./statistics.ts";
import type { Metric, Sample } from "./workloads.ts";

/** Every sample of a run, by workload, contender and round. */
export class Measurements {
  readonly #samples = new Map<string, (Sample | undefined)[]>();

  /** Keeps the sample of a round; `undefined` if the contender failed in it. */
  add(workload: string, contender: string, sample: Sample | undefined): void {
    const key = `${workload}/${contender}`;
    this.#samples.set(key, [...this.of(workload, contender), sample]);
  }

  /** The samples of one contender, one for each round. */
  of(workload: string, contender: string): readonly (Sample | undefined)[] {
    return this.#samples.get(`${workload}/${contender}`) ?? [];
  }

  /** One metric of one contender. */
  summary(workload: string, contender: string, metric: Metric): Summary | undefined {
    return this.#summary(workload, contender, (sample) => sample.values[metric.id]);
  }

  /** The share of a core that one side used. */
  share(workload: string, contender: string, side: "server" | "load"): Summary | undefined {
    return this.#summary(workload, contender, (sample) => sample[side]);
  }

  /**
   * One contender beside another, by the metric's way of comparing. Each round gives one
   * comparison, of samples taken one soon after the other, so that a machine that grows slower
   * does not count.
   */
  comparison(
    workload: string,
    contender: string,
    other: string,
    { id, compare }: Metric,
  ): Summary | undefined {
    const others = this.of(workload, other);
    return summarize(
      this.of(workload, contender).flatMap((sample, round) => {
        const [own, against] = [sample?.values[id], others[round]?.values[id]];
        if (own === undefined || against === undefined) return [];
        return compare === "ratio" ? own / against : own - against;
      }),
    );
  }

  toJSON(): Record<string, unknown> {
    return Object.fromEntries(this.#samples);
  }

  #summary(
    workload: string,
    contender: string,
    read: (sample: Sample) => number | undefined,
  ): Summary | undefined {
    const values = this.of(workload, contender).map((sample) => sample && read(sample));
    return summarize(values.filter((value) => value !== undefined));
  }
}
