/** Who waits for pongs, by connection: told of the payload of each, RFC 6455 §5.5.3. */
export const pongs: WeakMap<object, (payload: string) => void> = new WeakMap();
