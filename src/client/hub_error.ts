/** How the errors that a handler meant for its client begin on the wire. */
const MEANT = "HubException: ";

/**
 * What the server says went wrong: the text of the `HubError` that its handler threw, or, of any
 * other error, that there was one.
 *
 * @example The reason for a refusal
 * ```ts
 * import { HubError } from "@edgesocket/edgesocket/client";
 *
 * export async function reasonOf(join: () => Promise<void>): Promise<string | undefined> {
 *   try {
 *     await join();
 *   } catch (error) {
 *     if (error instanceof HubError) return error.message;
 *     throw error;
 *   }
 * }
 * ```
 */
export class HubError extends Error {
  /** Tells it from other errors in a log. */
  override readonly name: string = "HubError";

  /**
   * What the server says, without what is around it.
   *
   * @param text What the server has sent.
   */
  constructor(text: string) {
    const at = text.indexOf(MEANT);
    super(at < 0 ? text : text.slice(at + MEANT.length));
  }
}
