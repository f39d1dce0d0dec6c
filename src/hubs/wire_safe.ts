import type { Method, Methods, Stream } from "../wire/contract.ts";

/** What JSON and MessagePack both carry unchanged; the rest is `never`. */
export type WireSafe<T> = T extends string | number | boolean | null | undefined | void ? T
  : T extends
    | bigint
    | symbol
    | Date
    | ReadonlyMap<never, unknown>
    | ReadonlySet<never>
    | ArrayBuffer
    | ArrayBufferView
    | ((...args: never[]) => unknown) ? never
  : T extends object ? { readonly [K in keyof T]: WireSafe<T[K]> }
  : T;

/** What stands in a compile error where a result is none that could be sent. */
export type NotJson =
  "a result must be JSON: return a string or a number instead of a Date, bigint, Map, Set or bytes";

/** The methods of a hub, with `NotJson` in place of those whose results cannot be sent. */
export type Checked<M extends Methods> = {
  readonly [K in keyof M]: M[K] extends Method<infer _P, infer R>
    ? [R] extends [WireSafe<R>] ? M[K] : NotJson
    : M[K] extends Stream<infer _P, infer T> ? [T] extends [WireSafe<T>] ? M[K] : NotJson
    : M[K];
};
