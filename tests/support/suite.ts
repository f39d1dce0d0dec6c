import { assertEquals } from "@std/assert";
import type { Abilities } from "../../src/connection/socket.ts";
import { selfSigned } from "./certificate.ts";
import { Network } from "./network.ts";
import type { Runtime } from "./runtimes.ts";
import type { Env, Report, TestServer } from "./server.ts";

/** Whether the system tells of processes what Linux does. */
export const hasProc: boolean = Deno.build.os === "linux";

/** Whether this machine has an address of IPv6 for itself. */
function hasIPv6(): boolean {
  try {
    Deno.listen({ port: 0, hostname: "::1" }).close();
    return true;
  } catch {
    return false;
  }
}

/** What only some runtimes can do: the cases of the others are their gaps, and not skipped. */
const CAN = {
  "a runtime that can stop reading": ({ pause }: Abilities) => pause,
  "a runtime that tells what waits": ({ bufferedAmount }: Abilities) => bufferedAmount,
  "a runtime that notices silence": ({ pings }: Abilities) => pings !== "nobody",
} as const;

/** What a machine may lack: where it does, a case is skipped, and counted with this reason. */
const NEEDS = {
  "openssl": () => selfSigned() !== undefined,
  "network namespaces": () => Network.possible,
  "IPv6": hasIPv6,
  "/proc": () => hasProc,
} as const;

/** What a case may need. */
export type Need = keyof typeof NEEDS | keyof typeof CAN;

/** How a case is run. */
export interface CaseOptions {
  readonly needs?: Need;
  readonly env?: Env;
  /** Whether the server may write to standard error. */
  readonly complains?: boolean;
}

/** The servers under test of a runtime. */
type ServerOf<R extends Runtime> = Awaited<ReturnType<R["start"]>>;

/** Runtimes whose turn comes in another run: see tests/run.ts. */
const LEFT_OUT = new Set(Deno.env.get("LEAVE_OUT")?.split(","));

/** Registers a case. Its title says what runs it, and what it needs. */
export function addCase(
  { name, abilities }: Runtime,
  title: string,
  fn: () => Promise<void>,
  needs?: Need,
): void {
  if (LEFT_OUT.has(name)) return;
  if (needs !== undefined && needs in CAN) {
    if (CAN[needs as keyof typeof CAN](abilities)) Deno.test(`${name}: ${title}`, fn);
    return;
  }
  const lacks = needs as keyof typeof NEEDS | undefined;
  Deno.test({
    name: `${name}: ${title}${lacks === undefined ? "" : ` [needs ${lacks}]`}`,
    ignore: lacks !== undefined && !NEEDS[lacks](),
    fn,
  });
}

/** What registers cases that get a server of their own, on which they leave nothing behind. */
export function suite<R extends Runtime>(runtime: R, common: Env = {}) {
  return (
    title: string,
    body: (server: ServerOf<R>) => Promise<void>,
    { needs, env = {}, complains = false }: CaseOptions = {},
  ): void =>
    addCase(runtime, title, async () => {
      await using server = await runtime.start({ ...common, ...env }) as ServerOf<R>;
      await body(server);
      await leavesNothing(server);
      if (!complains) assertEquals(server.errors, "");
    }, needs);
}

/** Every connection that opened has closed, once. */
async function leavesNothing(server: TestServer): Promise<void> {
  await server.settled();
  const count = (on: string, id: unknown) => server.all({ on, id }).length;
  for (const { id } of server.all({ on: "open" })) {
    await server.until({ on: "close", id }, count("open", id));
    assertEquals(count("close", id), count("open", id));
  }
}

/** The path of a connection with these options, whose reports carry `id`. */
export function route(options: object = {}, id = "a"): string {
  return `/ws?id=${id}&options=${encodeURIComponent(JSON.stringify(options))}`;
}

/** The connection ends with these values, once, after it opened. */
export async function ends(server: TestServer, expected: Report, id = "a"): Promise<void> {
  const { code, reason, wasClean, cause } = await server.until({ on: "closed", id });
  assertEquals({ code, reason, wasClean, cause } as Report, expected);
  const order = server.all({ id }).map(({ on }) => on);
  assertEquals(order.filter((on) => on === "close" || on === "open"), ["open", "close"]);
  const event = server.all({ on: "close", id })[0]!;
  assertEquals(
    [event.type, event.code, event.reason, event.wasClean, event.cause, event.state],
    ["close", code, reason, wasClean, cause, 3],
  );
}

/** How a connection ends that the client closes. */
export const closedByClient = (code: number, reason = ""): Report => ({
  code,
  reason,
  wasClean: true,
  cause: "peer",
});

/** How a connection ends whose network is gone, or whose client breaks the rules. */
export const BROKEN: Report = { code: 1006, reason: "", wasClean: false, cause: "network" };

/** How a connection ends that was silent. */
export const IDLE: Report = { code: 1006, reason: "", wasClean: false, cause: "idle-timeout" };

/** How a connection ends when its server shuts down. */
export const SHUTDOWN: Report = {
  code: 1001,
  reason: "Server shutting down",
  wasClean: true,
  cause: "shutdown",
};

/** How a connection ends on a message that is too large. */
export const TOO_LARGE: Report = {
  code: 1009,
  reason: "Message too big",
  wasClean: false,
  cause: "payload-too-large",
};

/** How a connection ends one of whose handlers failed. */
export const HANDLER_ERROR: Report = {
  code: 1011,
  reason: "",
  wasClean: true,
  cause: "handler-error",
};
