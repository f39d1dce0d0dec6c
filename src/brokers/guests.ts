import { Deferred } from "../base/deferred.ts";
import type { ClusterClient, NodeLink } from "./cluster_client.ts";
import type { Address } from "./cluster_map.ts";
import type { Packet } from "./envelope.ts";
import type { Reply } from "./redis_channel.ts";

/** A node that we talk to while slots are on their way to it. */
interface Guest {
  readonly link: NodeLink;
  readonly ready: Promise<void>;
  /** It is talked to no more: whoever waits for it is told why. */
  readonly lose: (cause: unknown) => void;
}

/** Nodes at which something is that they do not answer for yet: it is asked for by `ASKING`. */
export class Guests {
  readonly #client: ClusterClient;
  readonly #guests = new Map<string, Guest>();

  constructor(client: ClusterClient) {
    this.#client = client;
  }

  /** Has a node do something. Rejects if it cannot be reached. */
  async ask(address: Address, args: readonly Packet[]): Promise<Reply> {
    const key = `${address.host}:${address.port}`;
    const { link, ready } = this.#guests.get(key) ?? this.#open(key, address);
    await ready;
    // Next to each other: it holds for one command.
    const [, reply] = await Promise.all([link.command(["ASKING"]), link.command(args)]);
    return reply;
  }

  #open(key: string, address: Address): Guest {
    const ready = new Deferred<void>();
    const lose = (cause: unknown) => {
      this.#guests.delete(key);
      link.close();
      const lost = Promise.reject(cause);
      // If it was ready before, nobody waits for that any more.
      lost.catch(() => {});
      ready.resolve(lost);
    };
    const link = this.#client.open(address, {
      ready: () => ready.resolve(),
      gone: lose,
      message() {},
      moved() {},
    });
    ready.promise.catch(() => {});
    const guest = { link, ready: ready.promise, lose };
    this.#guests.set(key, guest);
    return guest;
  }

  /** What was on its way has arrived. */
  leave(): void {
    const cause = new Error("what was asked for is on its way from one node to another");
    for (const { lose } of [...this.#guests.values()]) lose(cause);
  }
}
