/** Milliseconds after which something that a test waits for counts as missing. */
export const PATIENCE = 15_000;

/** Waits for a promise, but no longer than `PATIENCE`. */
export async function within<T>(promise: Promise<T>, wanted: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`expected ${wanted}, got nothing for ${PATIENCE} ms`)),
      PATIENCE,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
