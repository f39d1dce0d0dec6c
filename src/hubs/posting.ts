import type { Clock } from "../base/clock.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { HubError, isA } from "./hub_error.ts";
import type { PieceOfPost } from "./parcel.ts";

/** Milliseconds after which a body of which nothing comes any more is taken for half of one. */
const SILENT = 30_000;

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
  clock: Clock,
): Promise<Posted> {
  const post = ++last;
  const send = async (text: string, end: PieceOfPost["end"]): Promise<Posted> => {
    try {
      const answered = await elsewhere.ask({ op: "post", ...sender, post, end }, text);
      return answered === undefined ? GONE : JSON.parse(answered.body);
    } catch (error) {
      return [503, isA(HubError, error) ? error.message : AWAY];
    }
  };
  const pieces = piecesOf(body, clock);
  try {
    for (let begun = false;; begun = true) {
      const next = await pieces.next().catch(() => undefined);
      if (next === undefined) {
        // Half of a message may have gone out: what follows makes no sense.
        if (begun) await send("", "broken");
        return BROKEN;
      }
      const [text, end] = next.value!;
      const [status, why] = await send(text, end);
      // Perhaps it got there, where the client's next requests wait for the rest.
      if (end === "more" && status === 503) void send("", "broken");
      if (end === "last" || status !== 200) return [status, why];
    }
  } finally {
    pieces.return(undefined).catch(() => {});
  }
}

/** Why is for whoever runs the server, and nothing for a client. */
const AWAY = "the process that the client is connected to cannot be reached";

const GONE: Posted = [404, "No Connection with that ID"];

const BROKEN: Posted = [400, "expected a body of text, got half of one, or bytes"];

/** The text of a body in pieces, of which one is the last. */
async function* piecesOf(
  body: ReadableStream<Uint8Array> | null,
  clock: Clock,
): AsyncGenerator<readonly [text: string, end: "more" | "last"]> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const reader = body?.getReader();
  let text = "";
  try {
    for (;;) {
      const bytes = reader && await next(reader, clock);
      if (bytes === undefined) break;
      text += decoder.decode(bytes, { stream: true });
      while (text.length > PIECE) {
        const end = endOfPiece(text);
        yield [text.slice(0, end), "more"];
        text = text.slice(end);
      }
    }
    yield [text + decoder.decode(), "last"];
  } finally {
    // The rest is not wanted, if there is any.
    reader?.cancel().catch(() => {});
  }
}

/** Never between two surrogates: a piece goes out as UTF-8, where neither is anything by itself. */
function endOfPiece(text: string): number {
  const isHalf = (text.charCodeAt(PIECE - 1) & 0xfc00) === 0xd800;
  return isHalf ? PIECE - 1 : PIECE;
}

/** The next bytes; `undefined` at the end. */
async function next(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  clock: Clock,
): Promise<Uint8Array | undefined> {
  let isLate = false;
  const stop = clock.after(SILENT, () => {
    isLate = true;
    reader.cancel().catch(() => {});
  });
  try {
    const { value } = await reader.read();
    if (isLate) throw new Error("the rest does not come");
    return value;
  } finally {
    stop();
  }
}
