/** What a message is written with. */
export interface ValueEncoder {
  /** The bytes of a value: a view of what the next call writes over. */
  encodeSharedRef(value: unknown): Uint8Array;
}

/** How we ask for a value to be written. */
export interface EncoderOptions {
  readonly maxDepth: number;
}

/** What a message is read with. */
export interface ValueDecoder {
  decode(bytes: Uint8Array): unknown;
}

/** How we ask for a value to be read. */
export interface DecoderOptions {
  /** What reads extensions. The library wants one that could write them, too. */
  readonly extensionCodec: {
    decode(data: Uint8Array, type: number): unknown;
    tryToEncode(): null;
  };
  readonly mapKeyConverter: (key: unknown) => string | number;
  readonly useBigInt64: boolean;
  readonly rawStrings: boolean;
  readonly keyDecoder?: {
    canBeCached(length: number): boolean;
    decode(bytes: Uint8Array, offset: number, length: number): string;
  };
}

/** The part of `@msgpack/msgpack` that is used here: whoever imports it hands it over. */
export interface MessagePackLibrary {
  readonly Encoder: new (options: EncoderOptions) => ValueEncoder;
  readonly Decoder: new (options: DecoderOptions) => ValueDecoder;
  readonly decodeTimestampToTimeSpec: (
    data: Uint8Array,
  ) => { readonly sec: number; readonly nsec: number };
}
