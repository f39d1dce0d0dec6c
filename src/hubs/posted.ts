import type { PostTaker } from "./answering.ts";
import type { Reply } from "./exchange.ts";
import type { PieceOfPost } from "./parcel.ts";
import type { Posted } from "./posting.ts";

/** Takes the whole body of a request of one client; `undefined` if it is not connected here. */
export type TakePost = (
  token: string,
  user: string | undefined,
  body: ReadableStream<Uint8Array>,
) => Promise<Posted> | undefined;

/** A request that another process was sent. */
interface Open {
  readonly from: string;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Never rejects. */
  readonly answer: Promise<Posted>;
  /** Asks for the next piece, or says that no other is wanted. */
  goOn: ((posted: Posted) => void) | undefined;
}

const MORE: Posted = [200, ""];

const FAILED: Posted = [500, "the process that the client is connected to failed"];

/** Requests that are under way at most. */
const MOST = 10_000;

const encoder = new TextEncoder();

/** What clients of this process have sent to others, which hand it over piece by piece. */
export class PostedElsewhere implements PostTaker {
  readonly #take: TakePost;
  readonly #open = new Map<string, Open>();

  constructor(take: TakePost) {
    this.#take = take;
  }

  /** How many are under way. */
  get size(): number {
    return this.#open.size;
  }

  piece(from: string, { token, user, post, end }: PieceOfPost, body: string, reply: Reply): void {
    const key = `${from} ${post}`;
    const open = this.#open.get(key) ?? this.#begin(from, key, token, user);
    if (open === undefined) return reply({ verdict: "no" });
    if (body !== "") open.controller.enqueue(encoder.encode(body));
    const answered = ([status, message]: Posted) =>
      reply({ verdict: "done" }, JSON.stringify([status, message]));
    // It may have to wait for what came before it.
    reply({ verdict: "taken" });
    if (end === "more") {
      // Not before this one was read: nobody may fill the memory of this process.
      open.goOn = answered;
      return;
    }
    if (end === "last") open.controller.close();
    else open.controller.error(new Error("the rest does not come"));
    this.#open.delete(key);
    open.answer.then(answered);
  }

  lost(process: string): void {
    for (const [key, { from, controller }] of this.#open) {
      if (from !== process) continue;
      this.#open.delete(key);
      controller.error(new Error("the process that was sent it is lost"));
    }
  }

  #begin(from: string, key: string, token: string, user: string | undefined): Open | undefined {
    if (this.size >= MOST) return undefined;
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (made) => void (controller = made),
      pull: () => goOn(open, MORE),
      // Nothing can be added to it any more.
      cancel: () => this.#forget(key, open),
    }, { highWaterMark: 0 });
    const answer = this.#take(token, user, body);
    if (answer === undefined) return undefined;
    const open: Open = { from, controller, answer: answer.catch(() => FAILED), goOn: undefined };
    this.#open.set(key, open);
    // It may be refused, or its client gone, long before the last piece.
    open.answer.then((posted) => {
      this.#forget(key, open);
      goOn(open, posted);
    });
    return open;
  }

  #forget(key: string, open: Open): void {
    if (this.#open.get(key) === open) this.#open.delete(key);
  }
}

/** Answers whoever waits for that, once. */
function goOn(open: Open, posted: Posted): void {
  const tell = open.goOn;
  open.goOn = undefined;
  tell?.(posted);
}
