/**
 * What checks a value: a schema of valibot, zod, arktype or any other library that implements
 * Standard Schema. The part of it that is used here.
 *
 * @typeParam I What goes in.
 * @typeParam O What comes out.
 * @see https://standardschema.dev
 */
export interface Schema<I = unknown, O = I> {
  /** The name that all such libraries have agreed on. */
  readonly "~standard": {
    /** The version of Standard Schema. */
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Checks a value. */
    readonly validate: (value: unknown) => SchemaResult<O> | Promise<SchemaResult<O>>;
    /** For types only. */
    readonly types?: { readonly input: I; readonly output: O } | undefined;
  };
}

/** What a schema makes of a value: the value that comes out, or what is wrong. */
export type SchemaResult<O> =
  | { readonly value: O; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  /** In words. */
  readonly message: string;
  /** Where in the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What goes into a schema. */
export type In<S> = S extends Schema<infer I, unknown> ? I : never;

/** What comes out of a schema. */
export type Out<S> = S extends Schema<infer _I, infer O> ? O : never;
