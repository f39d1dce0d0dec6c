import { isPromise } from "../base/contain.ts";
import { logError } from "../base/log_error.ts";
import { usageError } from "../base/usage_error.ts";
import type { ClientCall, ClientSide } from "../wire/contract.ts";
import { json } from "../wire/json.ts";
import { plainValue } from "../wire/messagepack_value.ts";
import { MessageType } from "../wire/message.ts";
import type { Schema } from "../wire/schema.ts";
import { ALL, type Audience } from "./audience.ts";
import { Broadcast } from "./broadcast.ts";
import { gone } from "./client_results.ts";
import type { HubClients, One, Several } from "./clients.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { HubError } from "./hub_error.ts";
import type { Roster } from "./roster.ts";
import { Invalid, validated, validatedAll } from "./validation.ts";
import { textOf, valuesOf } from "./values.ts";

/** Calls some clients, by name and with what was passed. */
type Deliver = (name: string, args: readonly unknown[]) => Promise<unknown>;

/** What calls the clients behind a target. Set by the class itself, which alone can see it. */
let deliverOf: (target: object) => Deliver;

class Target {
  readonly #deliver: Deliver;

  static {
    deliverOf = (target) => (target as Target).#deliver;
  }

  constructor(deliver: Deliver) {
    this.#deliver = deliver;
  }
}

/** Called before somebody begins to wait for a client. */
export type BeforeAnswer = (name: string) => void;

const NOBODY: ReadonlySet<string> = new Set();

/** Makes what handlers call clients with: objects that have one function for each call. */
export class Callers {
  readonly #side: ReadonlyMap<string, ClientCall>;
  readonly #roster: Roster;
  readonly #elsewhere: Elsewhere | undefined;
  readonly #Several: new (deliver: Deliver, except: (ids: readonly string[]) => object) => object;
  readonly #One: new (deliver: Deliver) => object;

  /** @param elsewhere The clients of other processes, if there are any. */
  constructor(side: ClientSide, roster: Roster, elsewhere?: Elsewhere) {
    this.#side = new Map(Object.entries(side));
    this.#roster = roster;
    this.#elsewhere = elsewhere;
    this.#One = class extends Target {};
    this.#Several = class extends Target {
      readonly #except: (ids: readonly string[]) => object;

      constructor(deliver: Deliver, except: (ids: readonly string[]) => object) {
        super(deliver);
        this.#except = except;
      }

      except(...ids: string[]): object {
        return this.#except(ids);
      }
    };
    for (const name of this.#side.keys()) {
      const value = function (this: object, ...args: unknown[]) {
        return deliverOf(this)(name, args);
      };
      for (const Kind of [this.#One, this.#Several]) {
        Object.defineProperty(Kind.prototype, name, { value, writable: true, configurable: true });
      }
    }
  }

  /** Calls whoever belongs to an audience at that time, but for those of these ids. */
  several<C extends ClientSide>(
    audience: Audience,
    except: ReadonlySet<string> = NOBODY,
  ): Several<C> {
    return new this.#Several(
      (name, args) => this.#tellAll(name, args, audience, except),
      (ids) => this.several(audience, new Set([...except, ...ids])),
    ) as Several<C>;
  }

  /** Calls one client. */
  one<C extends ClientSide>(id: string, before?: BeforeAnswer): One<C> {
    return new this.#One((name, args) => {
      const { result } = this.#side.get(name)!;
      if (result === undefined) return this.#tell(name, args, id);
      before?.(name);
      return this.#ask(name, args, id, result);
    }) as One<C>;
  }

  /** Those of this process at once, whatever becomes of the others. */
  #tellAll(
    name: string,
    args: readonly unknown[],
    audience: Audience,
    except: ReadonlySet<string>,
  ): Promise<void> {
    return this.#withValues(name, args, (values) => {
      const message = { type: MessageType.invocation, target: name, arguments: values };
      const broadcast = new Broadcast(message);
      const elsewhere = this.#elsewhere;
      // Before anybody gets it: what cannot be sent is the same to all.
      if (elsewhere !== undefined) broadcast.in(json);
      for (const session of this.#roster.in(audience)) {
        if (!except.has(session.id)) session.sendCopy(broadcast);
      }
      elsewhere?.call(audience, name, except, textOf(plainValue(values)));
    });
  }

  #tell(name: string, args: readonly unknown[], id: string): Promise<void> {
    return this.#withValues(name, args, (values) => {
      const session = this.#roster.one(id);
      if (session === undefined) return this.#callElsewhere(name, values, id);
      session.send({ type: MessageType.invocation, target: name, arguments: values });
    });
  }

  /** Whoever does not wait for what becomes of it does no harm. */
  #callElsewhere(target: string, values: unknown[], id: string): Promise<void> | undefined {
    const asked = this.#elsewhere?.ask({ op: "call", id, target }, textOf(plainValue(values)));
    const called = asked?.then(() => {});
    called?.catch(() => {});
    return called;
  }

  #ask(name: string, args: readonly unknown[], id: string, result: Schema): Promise<unknown> {
    const ask = (values: unknown[]) => {
      const session = this.#roster.one(id);
      if (session === undefined) return this.#askElsewhere(name, values, id);
      if (!session.open) throw gone();
      return session.results.ask((invocationId) =>
        session.send({
          type: MessageType.invocation,
          invocationId,
          target: name,
          arguments: values,
        })
      );
    };
    const answer = async () =>
      await answerOf(result, await this.#withValues(name, args, ask), name);
    // Whoever does not wait for it is told nothing, and does no harm.
    const checked = answer();
    checked.catch(() => {});
    return checked;
  }

  async #askElsewhere(target: string, values: unknown[], id: string): Promise<unknown> {
    const matter = { op: "ask", id, target } as const;
    const answered = await this.#elsewhere?.ask(matter, textOf(plainValue(values)));
    if (answered === undefined) throw gone();
    return answered.body === "" ? undefined : valuesOf(answered.body);
  }

  /**
   * Goes on with what the schemas make of the arguments: at once, if they can.
   *
   * @throws {TypeError} If the arguments are not what the schemas take.
   */
  #withValues<T>(
    name: string,
    args: readonly unknown[],
    next: (values: unknown[]) => T | Promise<T>,
  ): Promise<T> {
    const { parameters } = this.#side.get(name)!;
    if (args.length > parameters.length) {
      throw usageError(`call ${name}`, `${parameters.length} arguments`, args.length);
    }
    const wrong = (error: unknown): never => {
      // It is the fault of our code, and not of a client.
      throw error instanceof Invalid
        ? new TypeError(`Cannot call ${name}: ${error.message}`)
        : error;
    };
    let values: unknown[] | Promise<unknown[]>;
    try {
      values = validatedAll(parameters, args, (i) => `argument ${i + 1}`);
    } catch (error) {
      return wrong(error);
    }
    if (!isPromise(values)) return Promise.resolve(next(withoutTail(values)));
    const later = values.then((values) => next(withoutTail(values)), wrong);
    // It may be that nobody waits for this.
    later.catch(logError);
    return later;
  }
}

/** What is left out at the end stays out: JSON would make `null` of it. */
function withoutTail(values: unknown[]): unknown[] {
  while (values.length > 0 && values[values.length - 1] === undefined) values.pop();
  return values;
}

/** It is the client's fault if its answer is not what it should be, and not that of our code. */
async function answerOf(result: Schema, value: unknown, name: string): Promise<unknown> {
  try {
    return await validated(result, value, `the answer to ${name}`);
  } catch (error) {
    throw error instanceof Invalid ? new HubError(error.message) : error;
  }
}

/** The clients of a hub, as it is asked for them. */
export class ClientsOf implements HubClients<ClientSide> {
  readonly #callers: Callers;
  readonly #before: BeforeAnswer | undefined;

  /** @param before Called before somebody begins to wait for a client. */
  constructor(callers: Callers, before?: BeforeAnswer) {
    this.#callers = callers;
    this.#before = before;
  }

  get all(): Several<ClientSide> {
    return this.#callers.several(ALL);
  }

  client(connectionId: string): One<ClientSide> {
    return this.#callers.one(connectionId, this.#before);
  }

  group(name: string): Several<ClientSide> {
    return this.#callers.several({ to: "group", name });
  }

  user(id: string): Several<ClientSide> {
    return this.#callers.several({ to: "user", name: id });
  }
}
