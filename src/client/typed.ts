import { byName } from "./by_name.ts";
import { IncomingItems, type Subscribable } from "./incoming_items.ts";
import type { Typed, TypedHub } from "./types.ts";

/** The part of Microsoft's `HubConnection` that is used. */
export interface MicrosoftConnection {
  /** Takes a handler for a call of the server. */
  on(name: string, handler: (...args: never[]) => unknown): void;
  /** Takes it away again. */
  off(name: string, handler: (...args: never[]) => unknown): void;
  /** Calls a method. */
  invoke(name: string, ...args: unknown[]): Promise<unknown>;
  /** Opens a stream. */
  stream(name: string, ...args: unknown[]): unknown;
}

/**
 * Gives a connection of Microsoft's client, `@microsoft/signalr`, the types of a hub.
 *
 * @example A client in TypeScript
 * ```ts
 * import { HubConnectionBuilder } from "@microsoft/signalr";
 * import { typed } from "@edgesocket/edgesocket/client";
 * import { call, defineHub } from "@edgesocket/edgesocket/hubs";
 * import * as v from "valibot";
 *
 * // This part is the server's: clients say `import type { chat } from "./server.ts"`.
 * const h = defineHub()({ client: { message: call(v.string()) } });
 * const chat = h.create({
 *   send: h.method([v.string()], (context, line) => context.clients.all.message(line)),
 * });
 *
 * const connection = new HubConnectionBuilder().withUrl("http://localhost:8000/chat").build();
 * const hub = typed<typeof chat>(connection);
 * hub.on.message((line) => console.log(line));
 * export async function join() {
 *   await connection.start();
 *   await hub.call.send("hello");
 * }
 * ```
 *
 * @typeParam H The hub: `typeof chat`, from an `import type` of the server's code.
 * @param connection A `HubConnection`, started or not.
 * @returns Functions for all that the hub declares.
 */
export function typed<H extends TypedHub = never>(connection: MicrosoftConnection): Typed<H> {
  const on = (name: string) => (handler: (...args: never[]) => unknown) => {
    connection.on(name, handler);
    return () => connection.off(name, handler);
  };
  const call = (name: string) => (...args: unknown[]) =>
    connection.invoke(name, ...args.map(uploadable));
  const stream = (name: string) => (...args: unknown[]) => ({
    [Symbol.asyncIterator]: () =>
      new IncomingItems(connection.stream(name, ...args.map(uploadable)) as Subscribable<unknown>),
  });
  return { on: byName(on), call: byName(call), stream: byName(stream) } as Typed<H>;
}

/** A stream as Microsoft's client uploads it; whatever else is passed stays as it is. */
function uploadable(argument: unknown): unknown {
  const iterable = argument as Partial<AsyncIterable<unknown>> | null | undefined;
  if (typeof iterable?.[Symbol.asyncIterator] !== "function") return argument;
  return {
    subscribe(observer: Parameters<Subscribable<unknown>["subscribe"]>[0]) {
      let disposed = false;
      const send = async () => {
        try {
          for await (const item of iterable as AsyncIterable<unknown>) {
            if (disposed) return;
            observer.next(item);
          }
          observer.complete();
        } catch (error) {
          observer.error(error);
        }
      };
      void send();
      return { dispose: () => void (disposed = true) };
    },
  };
}
