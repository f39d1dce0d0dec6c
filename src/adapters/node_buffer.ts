/** `Buffer` of Node, which Deno and Bun have, too: clients of Redis take no other bytes. */
declare const Buffer: {
  from(buffer: ArrayBuffer, offset: number, length: number): Uint8Array<ArrayBuffer>;
};

/** The same bytes, not copied. */
export function asBuffer(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
