import { messageOf } from "./contain.ts";

/** Writes a fault to the console. Anything can be thrown, even what throws when it is shown. */
export function logError(error: unknown): void {
  try {
    console.error(error);
  } catch {
    console.error(messageOf(error));
  }
}
