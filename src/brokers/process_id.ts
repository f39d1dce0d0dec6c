import { usageError } from "../base/usage_error.ts";

/** 16 hexadecimal digits that no other process has. */
export function randomId(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(-16);
}

/** What is said where two processes have the same one. */
export function twinsError(id: string): Error {
  return usageError(
    "tell processes apart",
    "a random id for each process",
    `${id} twice: is one of them a copy of a running process?`,
  );
}
