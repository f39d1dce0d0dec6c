/** What the environment says to the echo app: `PORT`, `HOST`, `ANY_SERVER`, `INSPECT` and its token. */
import process from "node:process";

/** The part of Deno that tells what a program may do. */
interface Permissions {
  querySync(descriptor: { name: "env"; variable: string }): { state: string };
}

const { Deno: deno } = globalThis as { Deno?: { permissions: Permissions } };

/** A variable of the environment; the default if there is none, or if Deno was not allowed to look. */
function read(variable: string, otherwise: string): string {
  const state = deno?.permissions.querySync({ name: "env", variable }).state ?? "granted";
  return (state === "granted" ? process.env[variable] : undefined) ?? otherwise;
}

/** Names and addresses by which a machine reaches itself. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|::1)$/;

/** Characters that a token has at least: 128 bits, written in hex. */
const TOKEN = 32;

/** Where to listen, and as which hosts. */
interface Address {
  port: number;
  hostname: string;
  hosts: string[] | undefined;
}

/**
 * Where to listen: `PORT` and `HOST`, or else port 8000 of all addresses. A server that shows its own
 * side to whoever asks without a token is there for its own machine only, and under no other name,
 * so that no page gets at it by DNS rebinding.
 */
export function address(): Address {
  const open = inspection()?.token === "";
  const port = read("PORT", "8000");
  const hostname = read("HOST", open ? "127.0.0.1" : "0.0.0.0");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new RangeError(
      `Cannot start: expected PORT to be a number from 0 to 65535, got "${port}"`,
    );
  }
  if (open && !LOOPBACK.test(hostname)) {
    throw new RangeError(
      `Cannot start: expected HOST to be of this machine, such as 127.0.0.1, where INSPECT is 1 and there is no INSPECT_TOKEN, got "${hostname}"`,
    );
  }
  return {
    port: Number(port),
    hostname,
    hosts: open ? ["localhost", "127.0.0.1", "[::1]"] : undefined,
  };
}

/** Whether the page may connect to other servers than its own. */
export function anyServer(): boolean {
  return isSet("ANY_SERVER");
}

/** Who is shown the server's side, and how much of it. */
export interface Inspection {
  /** What the page has to say; `""` on a machine of one's own. */
  readonly token: string;
  /** Whether errors are told with their messages, which may hold anything. */
  readonly development: boolean;
}

/** Whether the page is shown the server's side of its connections; `undefined` if not. */
export function inspection(): Inspection | undefined {
  if (!isSet("INSPECT")) return;
  const token = read("INSPECT_TOKEN", "");
  if (token !== "" && token.length < TOKEN) {
    throw new RangeError(
      `Cannot start: expected INSPECT_TOKEN to have at least ${TOKEN} characters, got ${token.length}`,
    );
  }
  const mode = read("NODE_ENV", token === "" ? "development" : "production");
  return { token, development: mode === "development" };
}

/** Whether a variable is 1. */
function isSet(variable: string): boolean {
  const value = read(variable, "0");
  if (/^[01]$/.test(value)) return value === "1";
  throw new RangeError(`Cannot start: expected ${variable} to be 0 or 1, got "${value}"`);
}

// What is wrong at the start is said in one line, rather than with the stack of a program's fault.
process.on("uncaughtException", (error: Error) => {
  const { message } = error;
  const taken = message.endsWith("the port is taken");
  const line = message + (taken ? "; PORT=8001 in the environment chooses another one" : "");
  console.error(/^Cannot (start|listen)/.test(message) ? line : error);
  process.exit(1);
});
