import type { Clock } from "../../src/base/clock.ts";
import type { BrokerPort } from "../../src/brokers/port.ts";
import type { CloseCause } from "../../src/connection/close.ts";
import { MemoryBudget } from "../../src/connection/memory_budget.ts";
import type { Continuity } from "../../src/hubs/continuity.ts";
import type { Encodings } from "../../src/hubs/encodings.ts";
import { isA } from "../../src/hubs/hub_error.ts";
import { HubState } from "../../src/hubs/hub_state.ts";
import { checkHubOptions, type HubOptions } from "../../src/hubs/options.ts";
import { Reception } from "../../src/hubs/reception.ts";
import { Session } from "../../src/hubs/session.ts";
import type { HubTransport, Transport } from "../../src/hubs/transport.ts";
import { Waiting } from "../../src/hubs/waiting.ts";
import type { ClientSide } from "../../src/wire/contract.ts";
import { json } from "../../src/wire/json.ts";
import type { HubProtocol } from "../../src/wire/protocol.ts";

/** A transport without a network, which keeps what it is sent. */
export class FakeTransport implements Transport {
  readonly name: HubTransport = "webSockets";
  binary = true;
  pings = true;
  readonly request = { url: "http://x/hub", headers: new Headers(), remoteAddress: "" };
  readonly diagnostics = { connectionId: "connection", path: "/hub", remoteAddress: "" };
  bufferedAmount = 0;
  /** Frames, in order. */
  readonly frames: (string | Uint8Array)[] = [];
  /** How many runs of `batch` there were. */
  batches = 0;
  closedWith: number | undefined;
  /** Milliseconds. */
  time = 0;
  readonly reported: unknown[] = [];
  readonly noted: string[] = [];
  #drained = Promise.withResolvers<void>();

  now(): number {
    return this.time;
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.frames.push(data);
  }

  batch(task: () => void): void {
    this.batches++;
    task();
  }

  drained(): Promise<void> {
    return this.#drained.promise;
  }

  /** Says that nothing waits any more. */
  drain(): void {
    this.bufferedAmount = 0;
    this.#drained.resolve();
    this.#drained = Promise.withResolvers();
  }

  close(code: number): void {
    this.closedWith ??= code;
  }

  report(error: unknown): void {
    this.reported.push(isA(Error, error) ? error.message : error);
  }

  limited(cause: CloseCause, message: string): void {
    this.noted.push(`${cause}: ${message}`);
  }

  refused(message: string): void {
    this.noted.push(message);
  }

  /** The messages that have come in JSON, but for handshakes. */
  get messages(): Record<string, unknown>[] {
    return this.frames.join("").split("\x1e").filter((text) => text !== "" && text !== "{}")
      .map((text) => JSON.parse(text));
  }
}

/** A hub whose parts can be seen. */
export function hubState(
  methods: Readonly<Record<string, unknown>> = {},
  options: HubOptions<unknown, ClientSide> = {},
  side: ClientSide = {},
  encodings?: Encodings,
  port?: BrokerPort,
  clock?: Clock,
): HubState {
  return new HubState(side, methods, checkHubOptions(options), encodings, port, clock);
}

/** A client of a hub, by hand; it has shaken hands if `protocol` is not `null`. */
export function client(
  hub: HubState = hubState(),
  {
    id = "id",
    user = undefined as unknown,
    protocol = json as HubProtocol | null,
    now = 0,
    continuity = undefined as Continuity | undefined,
  } = {},
) {
  const transport = new FakeTransport();
  const identity = { id, user, userId: hub.options.userId(user as never) };
  const session = new Session(identity, transport, hub.options.limits, now, continuity);
  const budget = new MemoryBudget(1_000_000);
  const full: number[] = [];
  const waiting: Waiting = new Waiting(
    hub.options.limits.maxQueue,
    budget,
    () => full.push(waiting.size),
  );
  if (protocol !== null) {
    session.begin(protocol, "{}\x1e");
    hub.roster.add(session);
    transport.frames.length = 0;
  }
  return { hub, transport, session, budget, waiting, full };
}

/** A client at the reception of a hub, before its handshake. */
export function received(
  hub: HubState,
  options: { id?: string; user?: unknown; continuity?: Continuity | undefined } = {},
) {
  const made = client(hub, { ...options, protocol: null });
  return { ...made, reception: new Reception(hub, made.session, made.waiting) };
}
