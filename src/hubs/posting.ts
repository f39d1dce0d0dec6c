import { messageOf } from "../base/contain.ts";
import type { Elsewhere } from "./elsewhere.ts";
import type { PieceOfPost } from "./parcel.ts";

/** Characters of one piece: a client's message fits into one, as a rule. */
const PIECE = 64 * 1024;

/** The status, and the words if it is none of success, that answer what a client has sent. */
export type Posted = readonly [status: number, message: string];

/** Who has sent it. */
export type Sender = Pick<PieceOfPost, "id" | "token" | "user">;

/** Requests of this process: each has a number. */
let last = 0;

/**
 * Hands what a client has sent by a request to the process that the client is connected to, piece by
 * piece: the next one when the one before was taken.
 */
export async function post(
  elsewhere: Elsewhere,
  sender: Sender,
  body: ReadableStream<Uint8Array> | null,
): Promise<Posted> {
  const post = ++last;
  try {
    for await (const [text, isLast] of pieces(body)) {
      const matter = { op: "post", ...sender, post, last: isLast } as const;
      const answered = await elsewhere.ask(matter, text);
      if (answered === undefined) return [404, "No Connection with that ID"];
      const [status, message] = JSON.parse(answered.body) as Posted;
      if (isLast || status !== 200) return [status, message];
    }
  } catch (error) {
    // Text that is none, or half of a body. Whoever takes the pieces learns that no more comes.
    if (error instanceof TypeError) return [400, "expected a body of text, got another one"];
    return [503, messageOf(error)];
  }
  return [200, ""];
}

/** The text of a body in pieces, and whether it is the last one. */
async function* pieces(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<readonly [text: string, last: boolean]> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    for (; text.length > PIECE; text = text.slice(PIECE)) yield [text.slice(0, PIECE), false];
  }
  yield [text + decoder.decode(), true];
}
