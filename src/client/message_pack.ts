import type { ClientProtocol } from "./options.ts";

/**
 * Loads MessagePack, which is smaller than JSON for numbers, and in which bytes stay bytes. It needs
 * the package `@msgpack/msgpack`, on both sides.
 *
 * @example A client that speaks MessagePack
 * ```ts
 * import { connectHub, messagePack } from "@edgesocket/edgesocket/client";
 * import { defineHub } from "@edgesocket/edgesocket/hubs";
 *
 * // This part is the server's: clients say `import type { hub } from "./server.ts"`.
 * const h = defineHub()({ client: {} });
 * const hub = h.create({ hello: h.method([], () => "hello") });
 *
 * export async function hello(url: string) {
 *   const client = connectHub<typeof hub>(url, { protocol: await messagePack() });
 *   return await client.call.hello();
 * }
 * ```
 *
 * @returns What the option `protocol` of `connectHub` takes.
 * @throws {Error} If the package is not installed: as a rejection.
 */
export async function messagePack(): Promise<ClientProtocol> {
  const { loadMessagePack } = await import("../wire/messagepack_library.ts");
  return await loadMessagePack();
}
