/** Calls clients, all that a channel is for: those of the hub, of a group, or of one user only. */
export interface CallParcel {
  readonly kind: "call";
  readonly target: string;
  /** The one user whose connections are called; all if there is none. */
  readonly user?: string | undefined;
  /** Connections that are left out. */
  readonly except?: readonly string[] | undefined;
}

/** What is asked of the process that has a connection; `id` is that of the connection. */
export type Matter =
  /** To call it, and, if it is `ask`, for its answer. The arguments are the body. */
  | { readonly op: "call" | "ask"; readonly id: string; readonly target: string }
  | { readonly op: "join" | "leave"; readonly id: string; readonly group: string }
  /** To take a piece of what it has sent by a request, which is the body. */
  | PieceOfPost;

/** A piece of the body of a request that another process was sent. */
export interface PieceOfPost {
  readonly op: "post";
  readonly id: string;
  readonly token: string;
  readonly user: string | undefined;
  /** Tells the requests of one process apart. */
  readonly post: number;
  /** Whether it is the last one; `broken`: the rest does not come. */
  readonly end: "more" | "last" | "broken";
}

/** What is asked of the process that has handed out a token: whether this is the first to use it. */
export interface Claim {
  readonly op: "claim";
  readonly id: string;
}

/** Asks something of another process. */
export interface Question {
  readonly kind: "question";
  readonly from: string;
  readonly number: number;
  readonly matter: Matter | Claim;
}

/** What an answer says. `taken`: it is here, and more will follow. */
export type Verdict = "no" | "taken" | "done" | "failed";

/** Answers a question: with a body, if there is a result. */
export interface Answer {
  readonly kind: "answer";
  readonly from: string;
  readonly number: number;
  readonly verdict: Verdict;
  /** What went wrong. */
  readonly error?: string | undefined;
}

/** A sign of life, or a goodbye. */
export interface Sign {
  readonly kind: "here" | "bye";
  readonly from: string;
}

/** What the processes of a hub send each other, beside a body that is text. */
export type Parcel = CallParcel | Question | Answer | Sign;

const KINDS: readonly unknown[] = ["call", "question", "answer", "here", "bye"];

/** A parcel as text. */
export function write(parcel: Parcel, body = ""): string {
  // JSON of one line has no line end in it.
  return `${JSON.stringify(parcel)}\n${body}`;
}

/** The parcel of a text; `undefined` if there are no parcels of its kind (yet), or it is none. */
export function read(text: string): { readonly parcel: Parcel; readonly body: string } | undefined {
  const end = text.indexOf("\n");
  try {
    const parcel = JSON.parse(text.slice(0, end)) as Parcel;
    return KINDS.includes(parcel?.kind) ? { parcel, body: text.slice(end + 1) } : undefined;
  } catch {
    return undefined;
  }
}
