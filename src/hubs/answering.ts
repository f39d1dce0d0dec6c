import { type Invocation, MessageType } from "../wire/message.ts";
import type { Audience } from "./audience.ts";
import { Broadcast } from "./broadcast.ts";
import type { Claims } from "./claims.ts";
import { gone } from "./client_results.ts";
import type { Here } from "./elsewhere.ts";
import type { Reply } from "./exchange.ts";
import { HubError, isA } from "./hub_error.ts";
import type { CallParcel, Matter, PieceOfPost, Question } from "./parcel.ts";
import type { Roster } from "./roster.ts";
import type { Session } from "./session.ts";
import { textOf, valuesOf } from "./values.ts";

/** Takes what clients of this process have sent to others. */
export interface PostTaker {
  /** A piece came from a process. */
  piece(from: string, piece: PieceOfPost, body: string, reply: Reply): void;
  /** A process is lost: the rest of what it was sent does not come. */
  lost(process: string): void;
}

/** Answers what other processes want of the clients of this one. */
export class Answering implements Here {
  /** Takes what was posted elsewhere; there is nobody for it before it is set. */
  posts: PostTaker | undefined;
  readonly #roster: Roster;
  readonly #claims: Claims;

  constructor(roster: Roster, claims: Claims) {
    this.#roster = roster;
    this.#claims = claims;
  }

  called(audience: Audience, { target, except = [] }: CallParcel, body: string): void {
    const broadcast = new Broadcast(invocation(target, body));
    for (const session of this.#roster.in(audience)) {
      if (!except.includes(session.id)) session.sendCopy(broadcast);
    }
  }

  asked({ from, matter }: Question, body: string, reply: Reply): void {
    switch (matter.op) {
      case "claim":
        return reply({ verdict: this.#claims.take(matter.id, from) ? "done" : "no" });
      case "post":
        if (this.posts === undefined) return reply({ verdict: "no" });
        return this.posts.piece(from, matter, body, reply);
      default: {
        const session = this.#roster.one(matter.id);
        if (session === undefined) return reply({ verdict: "no" });
        this.#do(session, matter, body, reply).catch((error) => {
          const isMeant = isA(HubError, error);
          if (!isMeant) session.transport.report(error);
          reply({ verdict: "failed", error: isMeant ? error.message : undefined });
        });
      }
    }
  }

  has(audience: Audience): boolean {
    for (const _ of this.#roster.in(audience)) return true;
    return false;
  }

  lost(process: string): void {
    this.posts?.lost(process);
  }

  async #do(
    session: Session,
    matter: Exclude<Matter, PieceOfPost>,
    body: string,
    reply: Reply,
  ): Promise<void> {
    switch (matter.op) {
      case "call":
        session.send(invocation(matter.target, body));
        return reply({ verdict: "done" });
      case "ask": {
        if (!session.open) throw gone();
        const call = invocation(matter.target, body);
        const answer = session.results.ask((invocationId) =>
          session.send({ ...call, invocationId })
        );
        reply({ verdict: "taken" });
        const value = await answer;
        return reply({ verdict: "done" }, value === undefined ? "" : textOf(value));
      }
      case "join":
        await this.#roster.join(matter.group, session);
        return reply({ verdict: "done" });
      case "leave":
        this.#roster.leave(matter.group, session);
        return reply({ verdict: "done" });
    }
  }
}

/** The call of a client as it comes from another process. */
function invocation(target: string, body: string): Invocation {
  return { type: MessageType.invocation, target, arguments: valuesOf(body) as unknown[] };
}
