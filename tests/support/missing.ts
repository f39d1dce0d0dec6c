/** Where the test command collects what this machine lacks; unset if it does not run the tests. */
const FILE = Deno.env.get("MISSING");

/** What a test file went without. */
export interface Missing {
  /** The URL of the test file. */
  readonly file: string;
  /** Such as "Chromium (CHROME_PATH names one)". */
  readonly what: string;
}

/**
 * Says that this machine lacks something, so that tests of the file that runs are skipped: the test
 * command has the reason in its last lines.
 */
export function isMissing(what: string): void {
  const missing: Missing = { file: Deno.mainModule, what };
  if (FILE) Deno.writeTextFileSync(FILE, `${JSON.stringify(missing)}\n`, { append: true });
  else console.log(`skipped: what needs ${what}`);
}
