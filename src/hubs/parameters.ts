import type { ClientCall, Upload } from "../wire/contract.ts";
import type { Schema } from "../wire/schema.ts";
import { typeOf, usageError } from "../base/usage_error.ts";

/** A call that a client need not answer. */
export interface OneWayCall<P extends readonly Schema[]> extends ClientCall<P, undefined> {
  /**
   * Makes it a call that the client answers.
   *
   * @param schema What the answer has to be.
   */
  returns<S extends Schema>(schema: S): ClientCall<P, S>;
}

/**
 * Declares what the server may call on a client.
 *
 * @example A message, and a question
 * ```ts
 * import { call, defineHub } from "@edgesocket/edgesocket/hubs";
 * import * as v from "valibot";
 *
 * export const h = defineHub()({
 *   client: {
 *     message: call(v.string(), v.string()),
 *     confirm: call(v.string()).returns(v.boolean()),
 *   },
 * });
 * ```
 *
 * @param parameters A schema for each argument, of any library that implements Standard Schema.
 * @returns The call, for `client` of `defineHub`.
 * @throws {TypeError} If one of them is no schema.
 */
export function call<const P extends readonly Schema[]>(...parameters: P): OneWayCall<P> {
  for (const schema of parameters) checkSchema("declare a call", schema);
  return {
    parameters,
    result: undefined,
    returns(result) {
      checkSchema("declare a call", result);
      return { parameters, result };
    },
  };
}

/**
 * Declares a parameter that is a stream: the client uploads items, and the handler loops over them.
 *
 * @example A sum
 * ```ts
 * import { defineHub, upload } from "@edgesocket/edgesocket/hubs";
 * import * as v from "valibot";
 *
 * const h = defineHub()({ client: {} });
 * export const calculator = h.create({
 *   sum: h.method([upload(v.number())], async (_context, numbers) => {
 *     let total = 0;
 *     for await (const number of numbers) total += number;
 *     return total;
 *   }),
 * });
 * ```
 *
 * @param schema What each item has to be.
 * @returns The parameter, for `method` and `stream`.
 * @throws {TypeError} If it is no schema.
 */
export function upload<S extends Schema>(schema: S): Upload<S> {
  checkSchema("declare an upload", schema);
  return { upload: schema };
}

/** Whether a parameter is a stream. */
export function isUpload(parameter: object): parameter is Upload {
  return "upload" in parameter;
}

/**
 * Checks what should be a schema. Those of arktype are functions.
 *
 * @throws {TypeError} If it is none.
 */
export function checkSchema(task: string, schema: unknown): void {
  const object = (typeof schema === "object" && schema !== null) || typeof schema === "function";
  const standard = object ? (schema as Partial<Schema>)["~standard"] : undefined;
  if (typeof standard?.validate === "function") return;
  throw usageError(task, "a schema of valibot, zod, arktype or the like", typeOf(schema));
}
