import { Relay } from "../../src/brokers/relay.ts";
import { AnyHub } from "../../src/hubs/any_hub.ts";
import type { HubOptions } from "../../src/hubs/options.ts";
import type { ClientSide } from "../../src/wire/contract.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeEngine } from "./fake_engine.ts";
import { hubState } from "./fake_transport.ts";
import { nextTurn } from "./memory.ts";

/** What every hub of a pair signs with. */
export const SECRET = "a secret of sixteen characters, or more";

/** One of the processes that serve the same hub, as far as it has no network. */
export interface HubProcess {
  readonly engine: FakeEngine;
  readonly state: ReturnType<typeof hubState>;
  readonly hub: AnyHub;
  /** What its users were told. */
  readonly told: unknown[];
}

/** Hubs of several processes that meet at an engine in memory, which tests rule, by one clock. */
export class HubProcesses {
  readonly clock = new FakeClock();
  readonly #meeting = new Set<FakeEngine>();
  readonly #side: ClientSide;
  readonly #methods: Readonly<Record<string, unknown>>;

  constructor(side: ClientSide = {}, methods: Readonly<Record<string, unknown>> = {}) {
    this.#side = side;
    this.#methods = methods;
  }

  /** One more process, which is connected unless `away`. */
  async add(options: HubOptions<unknown, ClientSide> = {}, away = false): Promise<HubProcess> {
    const engine = new FakeEngine(this.#meeting);
    Object.assign(engine, { maxPayload: 1024 * 1024 });
    const told: unknown[] = [];
    const state = hubState(
      this.#methods,
      {
        secret: SECRET,
        onState: (state) => void told.push(state),
        onGap: (gap) => void told.push(gap),
        ...options,
      },
      this.#side,
      undefined,
      new Relay(engine, this.clock),
      this.clock,
    );
    const hub = new AnyHub(state);
    if (!away) {
      engine.listener.connected();
      await settled();
      // By now it knows the others.
      this.clock.pass(500);
    }
    return { engine, state, hub, told };
  }
}

/** Lets everything that waits for nothing but promises happen. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await nextTurn();
}
