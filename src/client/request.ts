import { Cut } from "./cut.ts";
import { within } from "./deadline.ts";
import type { CheckedOptions } from "./options.ts";
import type { Environment } from "./environment.ts";

/** Milliseconds for which a server is left alone at most: timers of a month and more fire at once. */
const LONGEST = 86_400_000;

/** Where pages are; runtimes of servers are nowhere. */
declare const location: { readonly href: string } | undefined;

/** The part of a client that its requests need. */
export interface Requesting {
  readonly options: Pick<CheckedOptions, "accessToken">;
  readonly world: Pick<Environment, "fetch" | "clock">;
  readonly signal: AbortSignal;
  /** What the server is to know the user by. */
  token?: string | undefined;
  /** Whether there was a session: a refusal may pass then, such as that of a server that starts. */
  proved: boolean;
}

/** What a request has beside its method. */
export interface Parts {
  readonly body?: BodyInit;
  readonly headers?: { readonly accept: string };
  readonly signal?: AbortSignal;
}

/** Asks for the token: the last one may be too old. */
export async function renew(context: Requesting): Promise<void> {
  context.token = await context.options.accessToken?.();
}

/**
 * Sends a request; once more with another token, if that is what the server does not take.
 *
 * @param expected The statuses of answers that are of use.
 * @throws {Cut} If it has another one.
 */
export async function request(
  context: Requesting,
  url: URL,
  method: "GET" | "POST" | "DELETE",
  expected: readonly number[] = [200],
  parts?: Parts,
  again: boolean = true,
): Promise<Response> {
  const { token, options: { accessToken } } = context;
  const answer = context.world.fetch(url, {
    method,
    signal: context.signal,
    ...parts,
    headers: { ...parts?.headers, ...token && { authorization: `Bearer ${token}` } },
    // Cookies are for pages; some runtimes of servers refuse the option.
    ...typeof location === "object" && { credentials: "include" },
  });
  const { clock } = context.world;
  const response = await (parts?.signal ? answer : within(clock, answer));
  const { status, headers } = response;
  if (expected.includes(status)) return response;
  await response.body?.cancel();
  if (status === 401 && accessToken && again) {
    await renew(context);
    return request(context, url, method, expected, parts, false);
  }
  // Whoever could get a better token, or is to come later, may try again.
  const later = context.proved || status > 499 || status === 429 || status === 401 && accessToken;
  const after = headers.get("retry-after") ?? "";
  const wait = Number(after) * 1_000 || Date.parse(after) - Date.now();
  throw new Cut(
    `the server answers ${status}`,
    later ? "link" : "client",
    wait > 0 ? Math.min(wait, LONGEST) : 0,
  );
}
