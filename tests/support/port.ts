/**
 * Ports that systems do not hand out by themselves, neither to who listens on port 0 nor to who
 * connects: Linux begins at 32,768, others at 49,152, unless they are told otherwise. Nobody takes
 * them but who asks for one by its number.
 */
const FIRST = 20_000;
const COUNT = 10_000;

/** How often a port may be taken by somebody else before whoever asked for it has it. */
const TRIES = 5;

/** A start that failed because somebody else has the port. */
export class PortTaken extends Error {
  override name = "PortTaken";
}

/** A port of loopback on which nobody listens now. */
export function freePort(): number {
  for (let tries = 0; tries < 100; tries++) {
    const port = FIRST + Math.floor(COUNT * Math.random());
    try {
      Deno.listen({ port, hostname: "127.0.0.1" }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`Cannot find a free port: expected one from ${FIRST} on, got none`);
}

/**
 * Starts something on a free port. Until it listens, the port may become somebody else's, or still
 * be that of a listener that is closed: a process that is being started holds what its parent had
 * open for a moment. A start that fails with `PortTaken` is tried again, five times in all.
 *
 * @param pick Where ports come from.
 */
export async function onFreePort<T>(
  start: (port: number) => Promise<T>,
  pick: () => number = freePort,
): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await start(pick());
    } catch (error) {
      if (!(error instanceof PortTaken) || tries === TRIES) throw error;
    }
  }
}
