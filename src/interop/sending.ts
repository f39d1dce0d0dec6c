import { usageError } from "../base/usage_error.ts";
import type { CloseInfo } from "../connection/close.ts";
import type { Connection } from "../connection/connection.ts";
import type { SendData } from "../connection/message.ts";

/** Bytes that may wait for a client before whoever writes to it is to wait, too. */
export const HIGH_WATER_MARK: number = 64 * 1024;

const CLOSED = 3;

/**
 * Sends a message. Resolves when next to nothing waits for the client any more: right away as a rule.
 *
 * @throws {TypeError} If it is no message.
 * @throws {Error} If the connection is not open, or breaks before its client has the message.
 */
export async function written(connection: Connection, data: SendData): Promise<void> {
  await taken(connection, connection.send(data));
}

/**
 * Waits for the client to take what was sent to it.
 *
 * @param sent What `send` has said.
 * @throws {Error} If the message was not sent, or the connection breaks before its client has it.
 */
export async function taken(connection: Connection, sent: boolean): Promise<void> {
  if (!sent) throw usageError("send", "a connection that is open", "one that has ended", Error);
  if (connection.bufferedAmount <= HIGH_WATER_MARK) return;
  await connection.drained();
  if (connection.readyState !== CLOSED) return;
  const info = await connection.closed;
  // A close frame goes out behind everything else.
  if (!info.wasClean) throw brokenOff("send all of it", info);
}

/** The error for whoever was in the middle of something when the connection broke. */
export function brokenOff(task: string, { code, cause }: CloseInfo): Error {
  return usageError(task, "a closing handshake", `a broken connection (${code}, ${cause})`, Error);
}
