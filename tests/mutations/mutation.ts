/** What a mutation may say beside its texts. */
export interface MutationOptions {
  /** Tests beside the module's own that could notice it, with a part of the title after a `#`. */
  readonly seenBy?: readonly string[];
  /** Why nobody can notice it. */
  readonly equivalent?: string;
}

/** One change to a module: what it breaks, a text that stands there once, and what takes its place. */
export type Mutation = readonly [
  breaks: string,
  text: string,
  replacement: string,
  options?: MutationOptions,
];

/** The changes to each module, by its path in `src/`. */
export type Mutations = Readonly<Record<string, readonly Mutation[]>>;
