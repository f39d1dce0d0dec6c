import results from "../results/model.json" with { type: "json" };

/** What was measured, by the run that is in bench/results. Microseconds of a core, and bytes. */
export interface Measured {
  /** A process of which nothing is wanted, for a second. */
  readonly base: number;
  /** A connection on which nothing is said, for a second. */
  readonly idle: number;
  /** To be woken, and to read what is there: one turn. */
  readonly wake: number;
  /** A message of a client, with what goes to the engine for it. */
  readonly publish: number;
  /** What a process tells the others of a topic that has gone quiet. */
  readonly beacon: number;
  /** Whatever the engine sends to a process, before it is delivered. */
  readonly receive: number;
  /** A message to one connection. */
  readonly delivery: number;
  /**
   * The engine: for a second; a turn; each message; each process that this goes to; and each time that
   * something is written to a process, in which all that a turn has for it goes together.
   */
  readonly engineBase: number;
  readonly engineWake: number;
  readonly enginePublish: number;
  readonly engineDelivery: number;
  readonly engineWrite: number;
  /** Memory of a process, and what it grows by with a connection, a subscription, a topic. */
  readonly processBytes: number;
  readonly connectionBytes: number;
  readonly subscriptionBytes: number;
  readonly topicBytes: number;
}

/** The same, with what nobody can measure for you. */
export interface Costs extends Measured {
  /** Microseconds that a message takes on the network, from one machine to the next. */
  readonly network: number;
}

/** Microseconds within one data centre, where nobody says otherwise. */
export const NETWORK = 250;

/** Where servers run, and what is between them. */
export interface Stack {
  readonly runtime: "bun" | "deno";
  readonly engine: "redis" | "nats";
}

/** How results and tables name a stack. */
export function nameOf({ runtime, engine }: Stack): string {
  return `${runtime}-${engine}`;
}

/** Of each stack that was measured, by its name. */
export type AllCosts = Readonly<Record<string, Measured>>;

/** What was published last. */
export const PUBLISHED: AllCosts = results.costs;

/**
 * The costs of a stack that was measured.
 *
 * @throws {TypeError} If it was not.
 */
export function costsOf(
  stack: Stack,
  network: number = NETWORK,
  all: AllCosts = PUBLISHED,
): Costs {
  const measured = all[nameOf(stack)];
  if (measured !== undefined) return { ...measured, network };
  const names = Object.keys(all).join(", ");
  throw new TypeError(`Cannot tell what it costs: expected ${names}, got ${nameOf(stack)}`);
}
