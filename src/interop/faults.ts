import { contain } from "../base/contain.ts";
import { logError } from "../base/log_error.ts";
import { checkNames, checkOption } from "../base/options.ts";
import type { Connection } from "../connection/connection.ts";

/** What whoever puts a connection into other clothes may say. */
export interface InteropOptions {
  /**
   * Told what a listener of the protocol's stack threw, or rejected with. Its connection ends with
   * 1011, and no other one is touched.
   *
   * @default {console.error}
   */
  readonly onError?: ((error: unknown, connection: Connection) => unknown) | undefined;
}

/** Takes a fault of somebody else's code. Never throws. */
export type TakeFault = (fault: unknown) => void;

/**
 * What faults of a stack come to: they are told, and end the connection with 1011.
 *
 * @param owner Whose options they are, such as `wsOf`.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 */
export function faultsOf(
  owner: string,
  connection: Connection,
  options: InteropOptions,
): TakeFault {
  checkNames(owner, options, ["onError"]);
  checkOption("onError", options.onError, "function");
  const { onError = logError } = options;
  return (fault) => {
    contain(() => onError(fault, connection), logError);
    connection.close(1011);
  };
}
