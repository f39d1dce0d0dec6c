import { type Clock, systemClock } from "../base/clock.ts";
import type { BrokerPort } from "../brokers/port.ts";
import type { ClientSide } from "../wire/contract.ts";
import { Answering } from "./answering.ts";
import { Callers } from "./callers.ts";
import { Claims } from "./claims.ts";
import { Context, type ContextCall } from "./context.ts";
import { Elsewhere } from "./elsewhere.ts";
import { ElsewhereNotices } from "./elsewhere_notices.ts";
import { Encodings } from "./encodings.ts";
import { Farewells } from "./farewells.ts";
import { filtered } from "./filters.ts";
import { MethodMap } from "./methods.ts";
import type { CheckedHubOptions } from "./options.ts";
import { Roster } from "./roster.ts";
import type { Session } from "./session.ts";
import { Tickets } from "./tickets.ts";
import { Tokens } from "./tokens.ts";

/** One hub as its connections see it: what they may call, who else is there, what its options say. */
export class HubState {
  readonly options: CheckedHubOptions;
  readonly methods: MethodMap;
  readonly roster: Roster = new Roster();
  readonly callers: Callers;
  readonly tokens: Tokens;
  readonly tickets: Tickets;
  readonly encodings: Encodings;
  /** What clients are still to be told that were sent away. */
  readonly farewells: Farewells;
  /** The clients of other processes; `undefined` if there is no broker. */
  readonly elsewhere: Elsewhere | undefined;
  /** Answers other processes. */
  readonly answering: Answering;
  /** Whether it takes no more clients. */
  closed = false;

  /**
   * @param port What leads to other processes.
   * @throws {TypeError} If the methods are none.
   */
  constructor(
    side: ClientSide,
    methods: Readonly<Record<string, unknown>>,
    options: CheckedHubOptions,
    encodings: Encodings = new Encodings(),
    port?: BrokerPort,
    clock: Clock = systemClock,
  ) {
    const { limits: { maxUnclaimed }, scale } = options;
    const { roster } = this;
    this.options = options;
    this.methods = new MethodMap(methods);
    const claims = new Claims(clock, maxUnclaimed);
    this.answering = new Answering(roster, claims);
    this.elsewhere = port &&
      new Elsewhere(port, scale.name, this.answering, clock, new ElsewhereNotices(scale));
    roster.watcher = this.elsewhere;
    this.callers = new Callers(side, roster, this.elsewhere);
    this.tokens = new Tokens(maxUnclaimed);
    this.tickets = new Tickets(this.tokens, claims, this.elsewhere, scale.name, scale.secrets);
    this.encodings = encodings;
    this.farewells = new Farewells(maxUnclaimed);
  }

  /** What the handler of a call, or of an event, is handed first. */
  contextOf(session: Session, call: ContextCall): Context {
    return new Context(session, this.roster, this.callers, call);
  }

  /** Runs a handler within the filters. */
  run(context: Context, method: string, args: readonly unknown[], run: () => unknown): unknown {
    const { filters } = this.options;
    return filters.length === 0 ? run() : filtered(filters, context, method, args, run);
  }
}
