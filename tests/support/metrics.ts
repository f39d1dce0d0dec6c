import { type Histogram, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";

/** The real SDK of OpenTelemetry, read when a test asks. */
export class Metrics extends MetricReader {
  readonly provider: MeterProvider;

  constructor() {
    super();
    this.provider = new MeterProvider({ readers: [this] });
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  /** Every value by its name and labels; of histograms, `name count sum`. */
  async all(): Promise<Record<string, number>> {
    const all: Record<string, number> = {};
    const { resourceMetrics, errors } = await this.collect();
    if (errors.length > 0) throw errors[0];
    for (
      const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap((one) => one.metrics)
    ) {
      for (const { attributes, value } of dataPoints) {
        const labels = Object.entries(attributes).map(([name, label]) => ` ${name}=${label}`);
        const name = descriptor.name + labels.sort().join("");
        if (typeof value === "number") all[name] = value;
        else {
          const { count, sum } = value as Histogram;
          all[`${name} count`] = count;
          all[`${name} sum`] = sum ?? 0;
        }
      }
    }
    return all;
  }
}
