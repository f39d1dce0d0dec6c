/** Runs user code, whose faults are its own: they go to the console. */
export function safely(run: () => unknown): void {
  new Promise((resolve) => resolve(run())).catch(console.error);
}

/** What a fault says. */
export function textOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : `${fault}`;
}
