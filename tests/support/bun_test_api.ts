/** The part of `bun:test` that the tests use which run in processes of Bun. */
interface BunTest {
  test(title: string, body: () => void | Promise<void>): void;
}

const { test: bunTest } = await import("bun:test" as string) as BunTest;

/** Registers a test. */
export const test: BunTest["test"] = bunTest;
