/** What `connect` rejects with if the answer to its opening handshake is no 101. */
export class HandshakeRefused extends Error {
  /** `"HandshakeRefused"`. */
  override readonly name = "HandshakeRefused";
  /** The HTTP status, such as 403. */
  readonly status: number;
  /** The answer, whose body is still to be read. */
  readonly response: Response;

  /**
   * Made by `connect`.
   *
   * @param response The answer.
   * @param reason What its body says, if anything; for the message.
   */
  constructor(response: Response, reason = "") {
    const { status } = response;
    super(`Cannot connect: expected 101, got ${status}${reason === "" ? "" : `: ${reason}`}`);
    this.status = status;
    this.response = response;
  }
}
