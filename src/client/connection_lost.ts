/**
 * What a call or a stream ends with if its session ended before it did, and cannot be resumed. Calls
 * that were not sent yet do not end so: they go out in the next session.
 *
 * @example Asking before something is done twice
 * ```ts
 * import { ConnectionLost } from "@edgesocket/edgesocket/client";
 *
 * export async function once(pay: () => Promise<void>, ask: () => boolean): Promise<void> {
 *   try {
 *     await pay();
 *   } catch (error) {
 *     const again = error instanceof ConnectionLost && (!error.maybeRan || ask());
 *     if (!again) throw error;
 *     await pay();
 *   }
 * }
 * ```
 */
export class ConnectionLost extends Error {
  /** Tells it from other errors in a log. */
  override readonly name: string = "ConnectionLost";
  /** Whether the server may have got the call, and run it. If not, it has not. */
  declare readonly maybeRan: boolean;

  /**
   * The end of a call.
   *
   * @param maybeRan Whether the server may have run it.
   * @param cause Why the session ended.
   */
  constructor(maybeRan: boolean, cause?: unknown) {
    super("Cannot finish a call: expected an answer, got the end of the session", { cause });
    this.maybeRan = maybeRan;
  }
}
