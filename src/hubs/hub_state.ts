import type { ClientSide } from "../wire/contract.ts";
import { Callers } from "./callers.ts";
import { Context, type ContextCall } from "./context.ts";
import { Encodings } from "./encodings.ts";
import { filtered } from "./filters.ts";
import { MethodMap } from "./methods.ts";
import type { CheckedHubOptions } from "./options.ts";
import { Roster } from "./roster.ts";
import type { Session } from "./session.ts";
import { Tokens } from "./tokens.ts";

/** One hub as its connections see it: what they may call, who else is there, what its options say. */
export class HubState {
  readonly options: CheckedHubOptions;
  readonly methods: MethodMap;
  readonly roster: Roster = new Roster();
  readonly callers: Callers;
  readonly tokens: Tokens;
  readonly encodings: Encodings;
  /** Whether it takes no more clients. */
  closed = false;

  /** @throws {TypeError} If the methods are none. */
  constructor(
    side: ClientSide,
    methods: Readonly<Record<string, unknown>>,
    options: CheckedHubOptions,
    encodings: Encodings = new Encodings(),
  ) {
    this.options = options;
    this.methods = new MethodMap(methods);
    this.callers = new Callers(side, this.roster);
    this.tokens = new Tokens(options.limits.maxUnclaimed);
    this.encodings = encodings;
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
