import { messageOf } from "../base/contain.ts";

/**
 * What a handler throws to tell the client why: the client gets its message. Any other error is
 * told to the server's `onError` only, and the client learns that there was one.
 *
 * @example A refusal with a reason
 * ```ts
 * import { defineHub, HubError } from "@edgesocket/edgesocket/hubs";
 *
 * const h = defineHub()({ client: {} });
 * export const chat = h.create({
 *   join: h.method([], () => {
 *     throw new HubError("the room is full");
 *   }),
 * });
 * ```
 */
export class HubError extends Error {
  /** Tells it from other errors in a log. */
  override readonly name: string = "HubError";
}

/** What ASP.NET Core calls such an error. Its clients find the text behind it. */
const WIRE_NAME = "HubException";

/** Whether an error is of a class. Anything can be thrown, even what cannot be asked. */
export function isA<T>(Kind: abstract new (...args: never[]) => T, error: unknown): error is T {
  try {
    return error instanceof Kind;
  } catch {
    return false;
  }
}

/** Whether it is what code throws that has listened to a signal and gives up. */
export function isAbort(error: unknown): boolean {
  try {
    return error instanceof Error && error.name === "AbortError";
  } catch {
    return false;
  }
}

/**
 * What a client is told of an error, in the words of ASP.NET Core: the task alone, unless the error
 * is meant for the client, or the hub tells all. Of an error that throws when it is asked, as well.
 */
export function errorText(task: string, error: unknown, detailed: boolean): string {
  try {
    if (error instanceof HubError) return `${task} ${WIRE_NAME}: ${error.message}`;
    if (!detailed) return task;
    const name = error instanceof Error ? error.name : typeof error;
    return `${task} ${name}: ${messageOf(error)}`;
  } catch {
    return task;
  }
}

/** The texts of ASP.NET Core, which clients and their tests compare. */
export const texts = {
  unknown: (target: string): string => `Unknown hub method '${target}'`,
  failed: (target: string): string =>
    `An unexpected error occurred invoking '${target}' on the server.`,
  refused: (target: string): string =>
    `Failed to invoke '${target}' due to an error on the server.`,
  notStreaming: (target: string): string =>
    `The client attempted to invoke the non-streaming '${target}' method with a streaming invocation.`,
  streaming: (target: string): string =>
    `The client attempted to invoke the streaming '${target}' method with a non-streaming invocation.`,
  inUse: (id: string): string => `Invocation ID '${id}' is already in use.`,
  whileStreaming: "An error occurred on the server while streaming results.",
  handshake: "An unexpected error occurred during connection handshake.",
  closed: "Connection closed with an error.",
} as const;
