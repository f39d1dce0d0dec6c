import { checkNames } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import type { Parameter, Upload } from "../wire/contract.ts";
import type { Schema } from "../wire/schema.ts";
import { checkSchema, isUpload } from "./parameters.ts";

/** What runs when a client calls: context and arguments go in. */
export type Handler = (context: never, ...args: never[]) => unknown;

/** A method or a stream as it is run. */
export interface Callable {
  readonly kind: "method" | "stream";
  readonly handler: (context: unknown, ...args: unknown[]) => unknown;
  /** The schemas of the arguments that are values, in order. */
  readonly values: readonly Schema[];
  /** The schemas of those that are streams, in order. */
  readonly uploads: readonly Schema[];
  /** Which of all arguments are streams. */
  readonly isUpload: readonly boolean[];
}

/** A method with the name that it has in its hub. */
export interface NamedCallable extends Callable {
  readonly name: string;
}

/** What a builder has made, and how it is run. Clients, which share its types, see nothing of it. */
const callables = new WeakMap<object, Callable>();

/** Names that mean something else: the events, to filters. */
const TAKEN = ["onConnected", "onDisconnected"];

/**
 * Makes a method or a stream.
 *
 * @throws {TypeError} If a parameter is no schema, or the handler no function.
 */
export function makeCallable<K extends "method" | "stream", P extends readonly Parameter[]>(
  kind: K,
  parameters: P,
  handler: Handler,
): { readonly kind: K; readonly parameters: P } {
  const task = `make a ${kind}`;
  if (!Array.isArray(parameters)) throw usageError(task, "a list of schemas", typeOf(parameters));
  if (typeof handler !== "function") throw usageError(task, "a handler", typeOf(handler));
  const values: Schema[] = [];
  const uploads: Schema[] = [];
  for (const parameter of parameters as readonly Parameter[]) {
    const object = typeof parameter === "object" && parameter !== null;
    if (object && isUpload(parameter)) uploads.push((parameter as Upload).upload);
    else checkSchema(task, parameter), values.push(parameter as Schema);
  }
  const made = { kind, parameters };
  callables.set(made, {
    kind,
    handler: handler as Callable["handler"],
    values,
    uploads,
    isUpload: (parameters as readonly Parameter[]).map(isUpload),
  });
  return made;
}

/** The methods of one hub, in a map of their own: no call reaches anything else. */
export class MethodMap {
  readonly #exact = new Map<string, NamedCallable>();
  /** By the name in lower case, which is how ASP.NET Core compares names. */
  readonly #lower = new Map<string, NamedCallable>();

  /** @throws {TypeError} If one of them is none, or two differ in case only. */
  constructor(methods: Readonly<Record<string, unknown>>) {
    if (typeof methods !== "object" || methods === null) {
      throw usageError("create a hub", "methods in an object", typeOf(methods));
    }
    for (const [name, method] of Object.entries(methods)) {
      const object = typeof method === "object" && method !== null;
      const callable = object ? callables.get(method) : undefined;
      if (callable === undefined) {
        throw usageError("create a hub", `${name} to be made by method or stream`, typeOf(method));
      }
      if (TAKEN.includes(name)) {
        throw usageError("create a hub", `${name} among the options`, "a method of that name");
      }
      const lower = name.toLowerCase();
      const other = this.#lower.get(lower);
      if (other !== undefined) {
        const got = `${other.name} and ${name}`;
        throw usageError("create a hub", "names that differ not only in case", got);
      }
      const named = { ...callable, name };
      this.#exact.set(name, named);
      this.#lower.set(lower, named);
    }
  }

  /** The method that a client means, in whatever case. */
  find(target: string): NamedCallable | undefined {
    return this.#exact.get(target) ?? this.#lower.get(target.toLowerCase());
  }
}

/**
 * Checks what the server may call on clients.
 *
 * @throws {TypeError} If it is not what `call` makes, or has a name that means something else.
 */
export function checkClientSide(sides: unknown): void {
  checkNames("defineHub", sides, ["client"]);
  const { client } = sides as { readonly client?: unknown };
  if (typeof client !== "object" || client === null) {
    throw usageError("define a hub", "client to be an object of calls", typeOf(client));
  }
  const lower = new Set<string>();
  for (const [name, call] of Object.entries(client)) {
    if (!Array.isArray((call as { readonly parameters?: unknown } | null)?.parameters)) {
      throw usageError("define a hub", `${name} to be made by call`, typeOf(call));
    }
    if (name === "except" || name === "then") {
      throw usageError("define a hub", `another name than ${name}, which is taken`, name);
    }
    // Clients in JavaScript compare names in lower case.
    if (lower.has(name.toLowerCase())) {
      throw usageError("define a hub", "names that differ not only in case", name);
    }
    lower.add(name.toLowerCase());
  }
}
