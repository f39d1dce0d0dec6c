/**
 * The whole promise: subscribers, their processes and the engine are cut at random, and nobody misses
 * anything, or gets it twice, or out of order. In the second half of the time histories are trimmed and
 * deleted, too: then whoever misses something is told, and nobody else is.
 *
 * `REPLAY_SECONDS` and `REPLAY_SUBSCRIBERS` make it longer and larger; with `REPLAY_KEEPS=1` histories stay
 * whole, as in the trial of others (`peers.ts` in this folder).
 */
import { assert, assertEquals } from "@std/assert";
import { type ReplayRow, startReplay } from "../engines/replay_suite.ts";
import { hasEngine, TestEngine } from "../support/engines.ts";
import { type Loss, LossLedger } from "../support/loss_ledger.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { cutAtRandom, type Harm, oneOf, random, sleep } from "../support/random_cuts.ts";
import { type Frame, ReplayClient } from "../support/replay_client.ts";
import { bun, deno } from "../support/runtimes.ts";
import { publishEnd } from "../support/under_fire.ts";

const SECONDS = Number(Deno.env.get("REPLAY_SECONDS") ?? 60);
const SUBSCRIBERS = Number(Deno.env.get("REPLAY_SUBSCRIBERS") ?? 100);
const KEEPS = Deno.env.get("REPLAY_KEEPS") === "1";
const STAGE = { history: { count: 100_000 }, env: { DURABLE: "1" }, keeps: true };

/** One who comes back, to whichever process is there, with the position of its last message. */
class Subscriber {
  readonly ledger = new LossLedger();
  #client: ReplayClient | undefined;
  #position: string | undefined;
  comebacks = 0;
  notRecovered = 0;
  /** What was not as it should be, beside what is missing. */
  readonly faults: Error[] = [];
  /** Why it came back, and what it was answered: for whoever finds that it waits for ever. */
  readonly #told: string[] = [];
  #ended = false;

  /** Until it has got the last message. */
  async run(servers: () => readonly ProcessServer[]): Promise<void> {
    while (!this.#ended) {
      try {
        await this.#once(oneOf(servers()));
      } catch (error) {
        this.#told.push(`${error}`);
        // Otherwise it was cut, or the process was.
        if ((error as Error).name === "AssertionError") {
          this.faults.push(error as Error);
          this.#ended = true;
        }
      }
      this.#client?.[Symbol.dispose]();
      if (!this.#ended) await sleep(random(0, 300));
    }
  }

  async #once(server: ProcessServer): Promise<void> {
    const client = this.#client = await ReplayClient.open(server, "s");
    if (this.#position !== undefined) this.comebacks++;
    client.do({ do: "subscribe", topic: "room", after: this.#position ?? "" });
    const { gaps } = this.ledger;
    while (!this.#ended) {
      const frame = await client.frame() as Frame & { readonly recovered?: boolean };
      if ("subscribed" in frame) this.#told.push(JSON.stringify(frame));
      if ("subscribed" in frame && !frame.subscribed) throw new Error("not subscribed");
      if (frame.recovered !== undefined) {
        if (!frame.recovered) this.notRecovered++;
        assertEquals(frame.recovered, this.ledger.gaps === gaps, "the answer and what came before");
      }
      if (frame.message === "end") this.#ended = true;
      this.ledger.take(frame);
      this.#position = frame.position ?? frame.gap?.position ?? this.#position;
    }
  }

  cut(): void {
    this.#client?.vanish();
  }

  /** It has waited for the last message long enough. */
  giveUp(): void {
    if (this.#ended) return;
    const told = this.#told.slice(-6).join("; ");
    this.faults.push(new Error(`no last message, at ${this.#position}: ${told}`));
    this.#ended = true;
    this.cut();
  }
}

/** Publishes through a process until that ends: numbered messages of a name of its own. */
class Publisher {
  readonly name: string;
  sent = 0;
  readonly #server: ProcessServer;
  readonly #client: ReplayClient;

  private constructor(name: string, server: ProcessServer, client: ReplayClient) {
    this.name = name;
    this.#server = server;
    this.#client = client;
  }

  static async open(name: string, server: ProcessServer): Promise<Publisher> {
    return new Publisher(name, server, await ReplayClient.open(server, name));
  }

  publish(count: number): void {
    this.#client.do({ do: "burst", topic: "room", data: this.name, count, start: this.sent });
    this.sent += count;
  }

  /** Messages that did not get out, as far as anybody knows. */
  failed(): Set<string> {
    const failed = new Set(Array.from({ length: this.sent }, (_, i) => `${this.name}${i}`));
    for (const report of this.#server.all({ on: "burst", data: this.name })) {
      const { start, relayed, unsent } = report as Record<string, number>;
      for (let i = 0; i < relayed! + unsent!; i++) failed.delete(`${this.name}${start! + i}`);
      for (const message of report.failed as string[]) failed.add(message);
    }
    return failed;
  }
}

/** Lets go of some of a history, or of all of it. */
async function lose(engine: TestEngine): Promise<void> {
  if (engine.name === "redis") {
    const [meta, stream] = ["test:m:{room}", "test:s:{room}"];
    await engine.redis(
      ...oneOf([["XTRIM", stream, "MAXLEN", "5"], ["DEL", stream], ["DEL", meta]]),
    );
    return;
  }
  const api = (what: string) => `$JS.API.STREAM.${what}.edgesocket=test`;
  if (Math.random() < 0.6) await engine.natsRequest(api("PURGE"), JSON.stringify({ keep: 5 }));
  else await engine.natsRequest(api("DELETE"), "");
}

function replayRun(row: ReplayRow): void {
  const needs = hasEngine(row.engine!) ? "" : ` [needs ${row.engine}-server]`;
  const title =
    `${SUBSCRIBERS} subscribers, cuts of all kinds for ${SECONDS} s: nothing is missing in silence`;
  Deno.test({
    name: `${row.pair[0].name}: replay, ${row.client}: ${title}${needs}`,
    ignore: needs !== "",
  }, async () => {
    await using engine = await TestEngine.create(row.engine!, STAGE);
    const start = (i: number) => startReplay(row, row.pair[i]!, engine.port, STAGE);
    const servers = [await start(0), await start(1)];
    const publishers: Publisher[] = [];
    const current: (Publisher | undefined)[] = [];
    const appoint = async (i: number) => {
      const name = String.fromCharCode(97 + publishers.length % 26).repeat(
        1 + Math.trunc(publishers.length / 26),
      );
      publishers.push(current[i] = await Publisher.open(name, servers[i]!));
    };
    for (const i of [0, 1]) {
      await servers[i]!.until({ on: "state", state: "up" });
      await appoint(i);
    }
    const subscribers = Array.from({ length: SUBSCRIBERS }, () => new Subscriber());
    const running = subscribers.map((subscriber) => subscriber.run(() => servers));
    let over = false;
    const publishing = (async () => {
      while (!over) {
        for (const publisher of current) publisher?.publish(2);
        await sleep(20);
      }
    })();
    const half = Date.now() + 500 * SECONDS;
    const losses: Loss[] = [];
    const loseSome: Harm = async (count) => {
      if (KEEPS || Date.now() < half) return await sleep(500);
      await sleep(random(2_000, 6_000));
      count("history");
      const from = Date.now();
      // The engine may be away; or killed when it was done.
      await lose(engine).catch(() => {});
      losses.push({ from, to: Date.now() });
    };
    const cut = () => oneOf(subscribers).cut();
    const restart = async (i: 0 | 1) => {
      current[i] = undefined;
      await servers[i]![Symbol.asyncDispose]();
      servers[i] = await start(i);
      await servers[i]!.until({ on: "state", state: "up" });
      await appoint(i);
    };
    const cuts = await cutAtRandom({ engine, cut, restart }, SECONDS, [loseSome]);
    over = true;
    await publishing;
    for (const server of servers) {
      for (let i = 0; server.all({ on: "state" }).at(-1)?.state !== "up"; i++) {
        assert(i < 300, "not up after 15 s");
        await sleep(50);
      }
    }
    // What was published last is answered within five seconds.
    await sleep(6_000);
    const last = await ReplayClient.open(servers[0]!, "last");
    await publishEnd(servers[0]!, last);
    const late = setTimeout(() => subscribers.forEach((subscriber) => subscriber.giveUp()), 30_000);
    await Promise.all(running);
    clearTimeout(late);
    const sent = publishers.reduce((sum, publisher) => sum + publisher.sent, 0);
    const all = new Set(publishers.flatMap((publisher) => [...publisher.failed()]));
    for (const { ledger, faults } of subscribers) {
      assertEquals(faults, []);
      for (const { name, sent } of publishers) ledger.end(name, sent);
      ledger.complete(all);
      ledger.justified(losses);
    }
    for (const server of servers) {
      assertEquals([server.all({ on: "unhandled" }), server.errors], [[], ""]);
    }
    const comebacks = subscribers.reduce((sum, subscriber) => sum + subscriber.comebacks, 0);
    const gaps = subscribers.reduce((sum, { ledger }) => sum + ledger.gaps, 0);
    const not = subscribers.reduce((sum, { notRecovered }) => sum + notRecovered, 0);
    console.log(
      `${row.client}: ${sent} published, of which ${all.size} did not get out or nobody knows; ` +
        `${comebacks} comebacks, ${not} not recovered; ${gaps} gaps; cuts ${JSON.stringify(cuts)}`,
    );
    last[Symbol.dispose]();
    for (const server of servers) await server[Symbol.asyncDispose]();
  });
}

replayRun({ client: "node-redis", engine: "redis", pair: [deno, bun] });
replayRun({ client: "nats", engine: "nats", pair: [bun, deno] });
