import { type HubMessage, MessageType } from "../wire/message.ts";
import { Calls } from "./calls.ts";
import type { Context } from "./context.ts";
import { Cut, cutOf } from "./cut.ts";
import { within } from "./deadline.ts";
import { begin, resume } from "./dial.ts";
import type { Environment } from "./environment.ts";
import { Handlers } from "./handlers.ts";
import type { Line } from "./line.ts";
import type { CheckedOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { HELD, Retry } from "./retry.ts";
import { type Session, tidy } from "./session.ts";
import { type HubState, StateHolder } from "./state.ts";

/**
 * Milliseconds after a cut for which a session may come back, if nobody says that it is over: a server
 * keeps it for 15 seconds, from when it notices, which takes half a minute, and a little more.
 */
const WINDOW = 60_000;

/** Milliseconds for which WebSockets are left alone that are not let through, the first time. */
const PAUSE = 60_000;

/** Milliseconds that a goodbye may take. */
const GOODBYE = 2_000;

/** WebSockets in a row that did not hold after which they count as not let through. */
const MOST_YOUNG = 4;

/** One client of a hub: keeps its session as long as it can, and begins another where it cannot. */
export class Client {
  readonly state: StateHolder = new StateHolder();
  readonly handlers: Handlers = new Handlers();
  readonly calls: Calls;
  readonly #outbox: Outbox;
  readonly #context: Context;
  readonly #abort = new AbortController();
  readonly #retry = new Retry();
  #line: Line | undefined;
  #session: Session | undefined;
  /** When it was cut. */
  #cutAt = 0;
  #young = 0;
  /** Questions of the server that are not answered yet. */
  #asked = 0;

  constructor(url: URL, options: CheckedOptions, world: Environment) {
    this.#outbox = new Outbox(options.maxBuffered);
    this.calls = new Calls(options.protocol, this.#outbox);
    this.#context = {
      url,
      options,
      world,
      signal: this.#abort.signal,
      proved: false,
      blocked: 0,
      pause: PAUSE,
      others: false,
      said: (message, session) => this.#said(message, session),
      room: () => this.#outbox.pump(),
      idle: () => !(this.calls.size + this.#asked),
    };
  }

  /** Connects, again and again, until the client is closed. Never rejects. */
  async run(): Promise<void> {
    const { signal, world } = this.#context;
    // A network that is gone is noticed by whoever sends.
    const stop = world.onWake(() => this.#line?.ping());
    while (!signal.aborted) {
      const cut = cutOf(await this.#attempt().catch((error) => error));
      if (cut.over === "client") this.close(cut);
      if (!signal.aborted) await this.#pause(cut);
    }
    stop();
  }

  /** Ends the client. Resolves when the server knows, or after two seconds. */
  async close(reason?: unknown): Promise<void> {
    if (this.#abort.signal.aborted) return;
    const cut = new Cut("closed", "client");
    const gone = this.#line?.close(cut);
    this.#abort.abort(cut);
    this.#lose(reason, true);
    this.#retry.go();
    this.state.set({ name: "closed", reason });
    await within(this.#context.world.clock, gone, GOODBYE).catch(() => {});
  }

  /** One line, from the first try to its end, which is what this rejects with. */
  async #attempt(): Promise<never> {
    const context = this.#context;
    const { clock } = context.world;
    const before = this.#session;
    const line = context.next ?? await (before ? resume(context, before) : begin(context));
    const { session } = this.#line = line;
    const since = clock.now();
    context.next = undefined;
    if (session !== before) this.#outbox.hold();
    this.#outbox.attach(line);
    if (session !== before) this.#introduce(session);
    try {
      await Promise.race([session.ready, line.ended]);
      context.proved = true;
      this.state.set({ name: "connected", resumed: !!session.told });
      session.told = true;
      return await line.ended;
    } catch (error) {
      const cut = cutOf(error);
      line.close(cut);
      this.#cutAt = clock.now();
      if (this.#cutAt - since >= HELD) {
        this.#retry.count = this.#young = 0;
        context.pause = PAUSE;
      } else if (
        session.way === "webSockets" && cut.over === "link" && ++this.#young >= MOST_YOUNG
      ) {
        this.#young = 0;
        context.blocked = this.#cutAt + context.pause;
      }
      throw cut;
    } finally {
      this.#line = undefined;
    }
  }

  /** Lets the user's code do what a new session needs, before whatever else waits. */
  #introduce(session: Session): void {
    const { options: { onSession }, proved } = this.#context;
    this.#session = session;
    const introduce = async () => {
      await onSession?.({ connectionId: session.connectionId, first: !proved });
      if (!session.over) this.#outbox.release();
    };
    session.ready = introduce().catch((error) => {
      throw cutOf(error, "session");
    });
    session.ready.catch(() => {});
  }

  /** Waits for the next try, without the session if it is over. */
  async #pause(cut: Cut): Promise<void> {
    const { world, proved, others, blocked, next, signal, idle } = this.#context;
    const elsewhere = others && blocked > world.clock.now() && idle();
    if (cut.over !== "link" || !this.#session?.replay || elsewhere) this.#lose(cut);
    if (next) return;
    const delay = cut.retryAfter + this.#retry.next(world.random(), this.#session);
    // The next try is for another session then.
    if (world.clock.now() - this.#cutAt + delay > WINDOW) this.#lose(cut);
    const state: HubState = {
      name: proved ? "reconnecting" : "connecting",
      reason: cut.cause ?? cut,
    };
    this.state.set({ ...state, retryAt: Date.now() + delay });
    // Whoever listens may have closed it.
    if (!signal.aborted) await this.#retry.wait(world, delay, cut.retryAfter);
    if (!signal.aborted) this.state.set(state);
  }

  /** The session is over, if there is one; or all is. */
  #lose(reason: unknown, over = false): void {
    if (this.#session) {
      this.#session.over = true;
      tidy(this.#session);
    }
    this.#session = undefined;
    this.#outbox.lose();
    this.calls.lose(reason, over);
  }

  #said(message: HubMessage, session: Session): void {
    const { calls } = this;
    switch (message.type) {
      case MessageType.completion:
        return calls.complete(message);
      case MessageType.streamItem:
        return calls.item(message.invocationId, message.item);
      case MessageType.invocation:
        if (message.invocationId !== undefined) this.#asked++;
        this.handlers.call(message, (answer) => {
          if (!session.over) calls.tell(answer);
          this.#asked--;
        });
    }
  }
}
