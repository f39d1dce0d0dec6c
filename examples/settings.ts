/** What the environment says to the echo app: `PORT`, `HOST` and `ANY_SERVER`. */
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

/** Where to listen: `PORT` and `HOST`, or else port 8000 of all addresses. */
export function address(): { port: number; hostname: string } {
  const port = read("PORT", "8000");
  const hostname = read("HOST", "0.0.0.0");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new RangeError(
      `Cannot start: expected PORT to be a number from 0 to 65535, got "${port}"`,
    );
  }
  return { port: Number(port), hostname };
}

/** Whether the page may connect to other servers than its own. */
export function anyServer(): boolean {
  const value = read("ANY_SERVER", "0");
  if (/^[01]$/.test(value)) return value === "1";
  throw new RangeError(`Cannot start: expected ANY_SERVER to be 0 or 1, got "${value}"`);
}

// What is wrong at the start is said in one line, rather than with the stack of a program's fault.
process.on("uncaughtException", (error: Error) => {
  const { message } = error;
  const taken = message.endsWith("the port is taken");
  const line = message + (taken ? "; PORT=8001 in the environment chooses another one" : "");
  console.error(/^Cannot (start|listen)/.test(message) ? line : error);
  process.exit(1);
});
