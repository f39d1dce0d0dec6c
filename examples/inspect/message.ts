import type { AboveView } from "./above.ts";

/**
 * What a page asks on its channel, as JSON. `id` is a number of the page's own, `at` when it saw
 * that, in milliseconds of the server's clock, at the latest.
 */
export type Asked =
  | { readonly type: "hello"; readonly token: string }
  | { readonly type: "time"; readonly sent: number }
  | { readonly type: "connecting"; readonly id: number; readonly path: string }
  | {
    readonly type: "opened";
    readonly id: number;
    readonly protocol: string;
    readonly at: number;
  }
  | { readonly type: "failed"; readonly id: number; readonly at: number }
  | { readonly type: "ping"; readonly id: number }
  | {
    readonly type: "probe";
    readonly id: number;
    readonly url: string;
    readonly headers: readonly (readonly [string, string])[];
  };

/** One thing that the server saw: when, in milliseconds since 1970 by its own clock, and what. */
export interface Told {
  readonly at: number;
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** What the page is answered. */
export type Answer =
  | {
    readonly type: "welcome";
    readonly run: string;
    readonly runtime: string;
    readonly hubs: readonly string[];
  }
  | { readonly type: "time"; readonly sent: number; readonly now: number }
  | { readonly type: "watching"; readonly id: number }
  | { readonly type: "matched"; readonly id: number; readonly connection: string | undefined }
  | { readonly type: "unmatched"; readonly id: number; readonly candidates: number }
  | { readonly type: "told"; readonly id: number; readonly told: readonly Told[] }
  | {
    readonly type: "traffic";
    readonly id: number;
    readonly received: readonly [number, number];
    readonly sent: readonly [number, number];
  }
  | ({ readonly type: "above" } & AboveView)
  | { readonly type: "pong"; readonly id: number; readonly ms?: number; readonly error?: string }
  | { readonly type: "probed"; readonly id: number; readonly [detail: string]: unknown };

type Check = (value: unknown) => boolean;
const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number";
const headers: Check = (value) =>
  Array.isArray(value) &&
  value.every((pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(text));

/** The members of each message. */
const MEMBERS: Readonly<Record<Asked["type"], Readonly<Record<string, Check>>>> = {
  hello: { token: text },
  time: { sent: number },
  connecting: { id: number, path: text },
  opened: { id: number, protocol: text, at: number },
  failed: { id: number, at: number },
  ping: { id: number },
  probe: { id: number, url: text, headers },
};

/** Reads what came from a page; `undefined` if it is none of these messages. */
export function parseAsked(data: unknown): Asked | undefined {
  if (typeof data !== "string") return;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const message = value as Record<string, unknown>;
  const { type } = message;
  if (typeof type !== "string" || !Object.hasOwn(MEMBERS, type)) return;
  const members = Object.entries(MEMBERS[type as Asked["type"]]);
  return members.every(([name, check]) => check(message[name]))
    ? message as unknown as Asked
    : undefined;
}
