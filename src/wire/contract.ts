import type { In, Out, Schema } from "./schema.ts";

/** A stream that the client uploads, as `upload(schema)` makes it. */
export interface Upload<S extends Schema = Schema> {
  /** What each item has to be. */
  readonly upload: S;
}

/** What a method takes: a value, or a stream. */
export type Parameter = Schema | Upload;

/** Trailing arguments that may be undefined may be left out. */
export type Optional<T extends readonly unknown[]> = T extends readonly [...infer H, infer L]
  ? undefined extends L ? [...Optional<H>, last?: L] : [...T]
  : [];

/** What the handler of a method gets. */
export type Received<P extends readonly Parameter[]> = {
  [K in keyof P]: P[K] extends Upload<infer S> ? AsyncIterable<Out<S>> : Out<P[K]>;
};

/**
 * What the caller of a method passes. A stream is an `AsyncIterable`: clients, which have no schemas,
 * would take a list for a value.
 */
export type Sent<P extends readonly Parameter[]> = Optional<Uploadable<P>>;

/** The same with all that may be left out. */
export type Uploadable<P extends readonly Parameter[]> = {
  [K in keyof P]: P[K] extends Upload<infer S> ? AsyncIterable<In<S>> : In<P[K]>;
};

/** A method that clients may call, as `method` of the builder makes it. */
export interface Method<P extends readonly Parameter[] = readonly Parameter[], R = unknown> {
  /** Tells methods and streams apart. */
  readonly kind: "method";
  /** What it takes. */
  readonly parameters: P;
  /** What it resolves to: for types only. */
  readonly _result?: R;
}

/** A method that answers with a stream, as `stream` of the builder makes it. */
export interface Stream<P extends readonly Parameter[] = readonly Parameter[], T = unknown> {
  /** Tells methods and streams apart. */
  readonly kind: "stream";
  /** What it takes. */
  readonly parameters: P;
  /** What its items are: for types only. */
  readonly _item?: T;
}

/** What clients may call, by its name. */
export type Methods = Readonly<Record<string, Method | Stream>>;

/** Several schemas. */
export type Schemas = readonly Schema[];

/** A schema, or none where nobody answers. */
export type MaybeSchema = Schema | undefined;

/** A call of the server on a client, as `call(…)` declares it. */
export interface ClientCall<P extends Schemas = Schemas, R extends MaybeSchema = MaybeSchema> {
  /** What the client's handler takes. */
  readonly parameters: P;
  /** What it answers; `undefined` if it does not. */
  readonly result: R;
}

/** What the server may call on a client, by its name. */
export type ClientSide = Readonly<Record<string, ClientCall>>;

/** What the server passes to a client. */
export type Inputs<P extends readonly Schema[]> = Optional<{ [K in keyof P]: In<P[K]> }>;

/** What the handler of a client gets. */
export type Outputs<P extends readonly Schema[]> = { [K in keyof P]: Out<P[K]> };

/** What a hub tells of itself to the types of its clients. Never there at run time. */
export interface HubTypes<C extends ClientSide = ClientSide, M extends Methods = Methods> {
  /** What the server may call on a client. */
  readonly client: C;
  /** What clients may call. */
  readonly methods: M;
}
