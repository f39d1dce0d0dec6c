import { contain } from "../base/contain.ts";
import type { ConnectionRequest } from "../connection/connection.ts";
import type { ServerState } from "../server/server_state.ts";

/** Milliseconds for which the place of a client is lent to whoever asks for it. */
const LENT = 1_000;

/**
 * What a client that is away takes of its server: a place among its connections, and what the limits
 * of the server count.
 */
export class Place {
  readonly #server: ServerState;
  readonly #counted: () => void;
  /** While it is lent: no longer takes it back. */
  #lent: (() => void) | undefined;

  /**
   * Takes one; `undefined` if there is none.
   *
   * @param request That of the connection that was cut off; `undefined` if no limit asks for it.
   */
  static take(server: ServerState, request: ConnectionRequest | undefined): Place | undefined {
    if (server.reserve() !== undefined) return undefined;
    const counted = request === undefined ? () => {} : count(server, request);
    if (counted !== undefined) return new Place(server, counted);
    server.release();
    return undefined;
  }

  private constructor(server: ServerState, counted: () => void) {
    this.#server = server;
    this.#counted = counted;
  }

  /**
   * Leaves it to whoever comes within a second.
   *
   * @param lost Called if it is taken then.
   */
  lend(lost: () => void): void {
    if (this.#lent !== undefined) return;
    const server = this.#server;
    this.#lent = server.clock.after(LENT, () => {
      if (server.reserve() === undefined) this.#lent = undefined;
      else lost();
    });
    server.release();
  }

  /** Gives it back. */
  end(): void {
    if (this.#lent === undefined) this.#server.release();
    else this.#lent();
    this.#counted();
  }
}

/** Lets the limits of a server count it; `undefined` if one of them is against it. */
function count(server: ServerState, request: ConnectionRequest): (() => void) | undefined {
  const all: (() => void)[] = [];
  const report = (error: unknown) => server.report(error, undefined);
  const end = () => {
    for (const one of all) contain(one, report);
  };
  try {
    for (const limit of server.options.limits) {
      if (limit.absent === undefined) continue;
      const ended = limit.absent(request, server.clock.now());
      if (ended !== undefined) all.push(ended);
      else return void end();
    }
    return end;
  } catch (error) {
    report(error);
    return void end();
  }
}
