import { typeOf, usageError } from "../base/usage_error.ts";
import type { Connection } from "../connection/connection.ts";

/**
 * Checks that somebody has handed over a connection, and not what is behind it.
 *
 * @param owner Who takes it, such as `wsOf`.
 * @throws {TypeError} If not.
 */
export function checkConnection(owner: string, connection: unknown): void {
  if (typeof (connection as Connection | null | undefined)?.drained === "function") return;
  throw usageError(`use ${owner}`, "a connection of edgesocket", typeOf(connection));
}
