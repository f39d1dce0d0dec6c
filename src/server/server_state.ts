import { type Clock, systemClock } from "../base/clock.ts";
import { contain, messageOf } from "../base/contain.ts";
import { pathOf } from "../base/path.ts";
import { quote } from "../base/quote.ts";
import { usageError } from "../base/usage_error.ts";
import { logError } from "../base/log_error.ts";
import type { CloseInfo } from "../connection/close.ts";
import type { Connection } from "../connection/connection.ts";
import type { Reporter } from "../connection/events.ts";
import { DrainPoll } from "../connection/drain_poll.ts";
import { MemoryBudget } from "../connection/memory_budget.ts";
import { Registry } from "../connection/registry.ts";
import type { Limits } from "../connection/limits.ts";
import type { ConnectionServer } from "../connection/connection_server.ts";
import type { Abilities } from "../connection/socket.ts";
import { requestedAuthority } from "../handshake/authority.ts";
import type { Opening } from "../handshake/opening.ts";
import { refusal, refusalResponse, type Refused } from "../handshake/verdict.ts";
import type { Admission } from "./admission.ts";
import type { Adapter, ListeningServer, ServerAdapter } from "./adapter.ts";
import type { CheckedHostOptions } from "./host_options.ts";
import type { Channels } from "./diagnostics.ts";
import type { Report } from "./report.ts";
import { Reports } from "./reports.ts";

/** Seconds after which a client that found no room may try again. */
const RETRY_AFTER = "5";

/** Milliseconds for which a server is cautious after a socket has failed to open. */
const CAUTION = 60_000;

/** Where messages can be compressed. */
const COMPRESSING = "a runtime that compresses (Bun; Node by the entry for Node)";

/** Connections at the same time where nobody knows how many there may be. */
const MOST_CONNECTIONS = 10_000;

/** One server as its connections see it: who counts them, who is told of faults, what time it is. */
export class ServerState implements ConnectionServer, ListeningServer {
  readonly adapter: Adapter;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly budget: MemoryBudget;
  readonly drainPoll: DrainPoll;
  readonly maxPayloadLength: number;
  readonly options: CheckedHostOptions;
  /** Pipelines that wait for the end of their connection. */
  readonly held: Set<Promise<unknown>> = new Set();
  /** When handshakes came, while somebody wants to know. */
  readonly #since = new WeakMap<Request, number>();
  readonly #reports: Reports;
  readonly #draining = new AbortController();
  #maxConnections: number | undefined;
  /** Places that are taken: by connections, and by what the runtime still holds of ended ones. */
  #reserved = 0;
  #failedAt = -Infinity;

  /**
   * `adapter` is asked at the first upgrade how many connections there may be, if it knows.
   *
   * @throws {TypeError} If messages shall be compressed, and the runtime cannot.
   */
  constructor(
    options: CheckedHostOptions,
    adapter: Adapter | ServerAdapter,
    clock: Clock = systemClock,
  ) {
    this.options = options;
    if (this.compresses && !adapter.abilities.compression) {
      throw usageError("use option compression", COMPRESSING, "one that does not");
    }
    this.#maxConnections = options.maxConnections;
    this.maxPayloadLength = options.maxPayloadLength;
    this.adapter = adapter;
    this.channels = adapter.channels();
    this.clock = clock;
    this.#reports = new Reports(clock, (report) => this.#tell(report));
    this.registry = new Registry(clock, (clock, look) =>
      adapter.clockwork(clock, () => {
        look();
        this.#reports.flush();
      }));
    this.budget = new MemoryBudget(options.maxBuffered);
    this.drainPoll = new DrainPoll(clock);
  }

  get compresses(): boolean {
    return this.options.compression !== undefined;
  }

  get abilities(): Abilities {
    return this.adapter.abilities;
  }

  /** Aborts when the server begins to shut down. */
  get signal(): AbortSignal {
    return this.#draining.signal;
  }

  /** From now on there are no new connections. */
  drain(): void {
    this.#draining.abort();
    this.#reports.flush(true);
  }

  /** Why there is no room for another connection, or `undefined` if there is. */
  noRoom(): Refused | undefined {
    if (this.signal.aborted) return unavailable("the server is shutting down");
    this.#maxConnections ??= "connectionLimit" in this.adapter
      ? (this.adapter as ServerAdapter).connectionLimit()
      : MOST_CONNECTIONS;
    return this.#reserved < this.#maxConnections && !this.budget.exhausted
      ? undefined
      : unavailable("the server has no room for another connection");
  }

  /** The runtime is late to open a socket; `lost`: it never has, the client had left by then. */
  failedToOpen(lost: boolean): void {
    this.#failedAt = this.clock.now();
    // Who can cut a connection has let go of it.
    if (!lost || this.abilities.terminate === "cut") return;
    const message = "it left during the upgrade, and the runtime may keep its descriptor";
    this.#reports.add({ kind: "lost", cause: "upgrade", message, remoteAddress: "" });
  }

  /** Whether a socket has failed to open lately, so that an upgrade is worth a second look. */
  get cautious(): boolean {
    return this.clock.now() - this.#failedAt < CAUTION;
  }

  /** Why a request is not for this server, or `undefined` if it may be. */
  misdirected(request: Request, opening: Opening | undefined): Refused | undefined {
    const { hosts } = this.options;
    if (hosts === undefined) return undefined;
    const host = request.headers.get("host");
    const authority = opening ? opening.authority : requestedAuthority(host, request.url);
    return hosts(authority)
      ? undefined
      : refusal(421, `expected a host that is served here, got ${quote(host)}`);
  }

  /** Whether the limits of the server let a handshake in; `undefined` if there are none. */
  admit(opening: Pick<Opening, "request" | "remoteAddress">): Admission | Refused | undefined {
    const { limits } = this.options;
    if (limits.length === 0) return undefined;
    // Not before: looking it up takes a twentieth of an upgrade.
    const { request, remoteAddress } = opening;
    const all: Admission[] = [];
    const tell = (what: "answered" | "ended") => () => {
      const failed = (fault: unknown) => this.report(fault, undefined);
      for (const one of all) contain(() => one[what](), failed);
    };
    const ended = tell("ended");
    try {
      for (const limit of limits) {
        const verdict = limit.admit(request, remoteAddress, this.clock.now());
        if (typeof verdict === "string") {
          this.ineffective("limits", verdict);
        } else if ("kind" in verdict) {
          ended();
          return verdict;
        } else all.push(verdict);
      }
    } catch (error) {
      ended();
      throw error;
    }
    return { answered: tell("answered"), ended };
  }

  /** Reserves a place for one connection, or says why there is none. */
  reserve(): Refused | undefined {
    const full = this.noRoom();
    if (full === undefined) this.#reserved++;
    return full;
  }

  release(): void {
    this.#reserved--;
  }

  /** Reports a fault of user code. Never throws. */
  readonly report: Reporter = (error, connection) => {
    this.channels.error.publish({ error, connectionId: connection?.id });
    const { onError } = this.options;
    if (onError === undefined) return logError(error);
    contain(() => onError(error, connection), logError);
  };

  /** An opening handshake has come. */
  began(request: Request): void {
    if (this.channels.handshake.hasSubscribers) this.#since.set(request, this.clock.now());
  }

  /** Tells whoever has listened since it came how it was answered. Nobody else's address is asked for. */
  answered(request: Request, status: number, client: Pick<Opening, "remoteAddress">): void {
    const since = this.#since.get(request);
    if (since === undefined) return;
    this.channels.handshake.publish({
      verdict: status === 101 ? "accepted" : "refused",
      status,
      path: pathOf(request.url),
      remoteAddress: client.remoteAddress,
      duration: this.clock.now() - since,
    });
  }

  /**
   * Tells of a handshake that is refused, and makes the response to it. Never throws.
   *
   * @param route The route that refused it, if one did.
   */
  refuse(request: Request, verdict: Refused, remoteAddress = "", route?: string): Response {
    if ("error" in verdict) this.report(verdict.error, undefined);
    contain(
      () => this.options.onRefuse?.(request, verdict),
      (fault) => this.report(fault, undefined),
    );
    const { status, message } = verdict;
    const origin = originOf(request);
    this.#reports.add(
      { kind: "refused", cause: `${status}`, message, origin, remoteAddress },
      route,
    );
    this.answered(request, status, { remoteAddress });
    return refusalResponse(verdict);
  }

  /** Tells that an option has no effect, or is missing. */
  ineffective(cause: string, message: string, route?: string): void {
    this.#reports.add({ kind: "option", cause, message, remoteAddress: "" }, route);
  }

  /** Takes note of what an upper floor did to a client. */
  note(report: Omit<Report, "count">, route?: string): void {
    this.#reports.add(report, route);
  }

  limited({ cause, reason }: CloseInfo, limits: Limits, connection: Connection): void {
    const { remoteAddress } = connection.request;
    const limit = limits.maxPayloadLength;
    this.#reports.add(
      { kind: "closed", cause, message: reason, connection, remoteAddress, limit },
      limits.route,
    );
  }

  #tell(report: Report): void {
    const { onReport, onRefuse } = this.options;
    if (onReport) {
      contain(() => onReport(report), (fault) => this.report(fault, undefined));
    } else if (report.kind !== "refused" || onRefuse === undefined) {
      import("./report_line.ts")
        .then(({ reportLine }) => console.warn(reportLine(report)))
        .catch((fault) => logError(messageOf(fault)));
    }
  }
}

/** The page that asked, read at once: Deno takes the headers away with the answer. */
function originOf(request: Request): string | undefined {
  try {
    return request.headers.get("origin") ?? undefined;
  } catch {
    return undefined; // The client has left.
  }
}

function unavailable(message: string): Refused {
  return refusal(503, message, { "retry-after": RETRY_AFTER });
}
