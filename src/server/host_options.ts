import { checkBytes, checkMade, checkNumber, checkOption, MIB, pick } from "../base/options.ts";
import type { Connection } from "../connection/connection.ts";
import { type CompressionOptions, serverThreshold } from "../handshake/compression.ts";
import { type HostRule, hostRule } from "../handshake/hosts.ts";
import type { Refused } from "../handshake/verdict.ts";
import type { HandshakeLimit } from "./admission.ts";
import type { Report } from "./report.ts";

/** What is decided once for all routes behind one server. */
export interface HostOptions {
  /**
   * Called with each error of your code, once, and with the connection that it happened on if there
   * is one.
   *
   * @default {console.error}
   */
  readonly onError?: ((error: unknown, connection?: Connection) => void) | undefined;
  /** Called for each opening handshake that was refused, and each request with 421, with the reason. */
  readonly onRefuse?: ((request: Request, verdict: Refused) => void) | undefined;
  /**
   * Called when a limit ended a connection, when a handshake was refused, and when an option of a
   * route has no effect: the first time at once, then at most once a minute for each route and cause,
   * with the count.
   *
   * By default the console gets one line. Refusals are left out if there is an `onRefuse`.
   *
   * @default {console.warn}
   */
  readonly onReport?: ((report: Report) => void) | undefined;
  /**
   * The hosts that requests may be sent to, as the `Host` header names them: `"app.example"`,
   * `"localhost:8000"` for one port only, `"[::1]"`, `"*.app.example"` for every subdomain. Requests
   * to others get 421, whether they ask for a WebSocket or not. Without it, every host will do.
   *
   * It stops DNS rebinding, by which a page of another site passes as one of this host.
   */
  readonly hosts?: readonly string[] | undefined;
  /**
   * Lets the pipeline of a WebSocket live as long as its connection: the 101 goes out in
   * `upgradeWebSocket`, with the headers that are set by then, and what it returns is waited for (with
   * `await`, as Hono does) until the connection has ended and `onClose` is done. What middleware
   * releases in `finally` serves the connection until then. What is answered afterwards comes too late:
   * a header goes to `onReport`, an error to `onError`.
   *
   * @default {false}
   */
  readonly holdPipeline?: boolean | undefined;
  /**
   * Connections at the same time; above, new ones are refused with 503 and `Retry-After`.
   *
   * The default leaves room below the process's limit on open files, or is 10,000 where that limit
   * cannot be read: not on Linux, or on Deno without `--allow-all`.
   *
   * @default {0.9 * limit - 64}
   */
  readonly maxConnections?: number | undefined;
  /**
   * Bytes of the largest message that any route may ask for with its own `maxPayloadLength`. Bun
   * cuts longer messages off before they are in memory.
   *
   * @default {16777216}
   */
  readonly maxPayloadLength?: number | undefined;
  /**
   * Bytes that all connections together may keep waiting, in both directions, each message with 256
   * bytes of its own. Above, those end with 1013 that hold the most, until it fits; none that holds
   * less than 1 MiB does. If sockets that have closed hold it all, new handshakes get 503.
   *
   * @default {268435456}
   */
  readonly maxBuffered?: number | undefined;
  /**
   * Who may connect how often, such as `perAddress({ connections: 100 })` of `edgesocket/limits`, or
   * a list of such limits. Above: 429 with `Retry-After`, before any of your code runs.
   *
   * @default {[]}
   */
  readonly limits?: HandshakeLimit | readonly HandshakeLimit[] | undefined;
  /**
   * Compresses messages for clients that offer it, unless their route says otherwise; or from how
   * many bytes on. On Bun, and on Node with the entry for it; a `TypeError` elsewhere.
   * What is secret can be guessed from its compressed length: see docs/compression.md.
   *
   * Source: RFC 7692.
   *
   * @default {false}
   */
  readonly compression?: boolean | CompressionOptions | undefined;
}

/** The names of `HostOptions`. */
export const HOST_OPTIONS: readonly (keyof HostOptions)[] = [
  "onError",
  "onRefuse",
  "onReport",
  "hosts",
  "holdPipeline",
  "maxConnections",
  "maxPayloadLength",
  "maxBuffered",
  "limits",
  "compression",
];

/** The options of a server, checked. */
export interface CheckedHostOptions extends Omit<HostOptions, "hosts" | "limits" | "compression"> {
  readonly hosts: HostRule | undefined;
  /** Whether there is one that says more than the defaults. */
  readonly given: boolean;
  readonly maxPayloadLength: number;
  readonly maxBuffered: number;
  readonly limits: readonly HandshakeLimit[];
  /** Bytes from which on messages are compressed; `undefined` for never. */
  readonly compression: number | undefined;
}

/**
 * Checks the options.
 *
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function checkHostOptions(options: HostOptions): CheckedHostOptions {
  checkOption("onError", options.onError, "function");
  checkOption("onRefuse", options.onRefuse, "function");
  checkOption("onReport", options.onReport, "function");
  checkOption("holdPipeline", options.holdPipeline, "boolean");
  const {
    hosts,
    maxConnections,
    maxPayloadLength = 16 * MIB,
    maxBuffered = 256 * MIB,
    limits = [],
  } = options;
  if (maxConnections !== undefined) {
    checkNumber("maxConnections", maxConnections, maxConnections >= 0, "a number from 0");
  }
  const own = pick(options, HOST_OPTIONS);
  return {
    ...own,
    given: Object.keys(own).length > 0,
    hosts: hosts === undefined ? undefined : hostRule(hosts),
    maxPayloadLength: checkBytes("maxPayloadLength", maxPayloadLength),
    maxBuffered: checkBytes("maxBuffered", maxBuffered, Number.MAX_SAFE_INTEGER),
    limits: checkMade("limits", limits, "admit", "perAddress"),
    compression: serverThreshold(options.compression),
  };
}
