import { PATIENCE } from "./within.ts";

/** One report of a process under test. */
export type Report = Readonly<Record<string, unknown>>;

/** What something under test says: in a process of its own, in memory, or on a page. */
export abstract class Reports {
  /** Everything reported so far. */
  readonly reports: Report[] = [];
  /** Everything written to standard error so far. */
  errors = "";
  readonly #listeners = new Set<() => void>();

  /** What was reported with all of these values. */
  all(expected: Report): Report[] {
    return this.reports.filter((report) =>
      Object.entries(expected).every(([key, value]) => report[key] === value)
    );
  }

  /** Waits for the nth report with all of these values. */
  until(expected: Report, count = 1): Promise<Report> {
    return this.#until(
      () => this.all(expected)[count - 1],
      `report ${count} of ${JSON.stringify(expected)}`,
    );
  }

  /** Waits for something on standard error. */
  async untilError(expected: RegExp): Promise<void> {
    await this.#until(() => expected.test(this.errors) || undefined, `${expected}`);
  }

  protected report(report: Report): void {
    this.reports.push(report);
    this.wake();
  }

  protected wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Waits until `find` finds something, looking again whenever the server says something. */
  async #until<T>(find: () => T | undefined, wanted: string): Promise<T> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      const left = end - Date.now();
      if (left <= 0) {
        const reports = this.reports.map((report) => JSON.stringify(report)).join("\n");
        throw new Error(`expected ${wanted}, got:\n${reports}\n${this.errors}`);
      }
      let timer: ReturnType<typeof setTimeout> | undefined;
      let look = () => {};
      await new Promise<void>((resolve) => {
        look = resolve;
        this.#listeners.add(look);
        timer = setTimeout(look, left);
      });
      this.#listeners.delete(look);
      clearTimeout(timer);
    }
  }
}
