import { checkBytes, checkNumber, checkOption, checkSeconds, MIB } from "../base/options.ts";

/** Limits of a hub: those of SignalR by their names there, with our units, and some of our own. */
export interface HubLimits {
  /**
   * Seconds that a client has from the open connection to its first message, which names the
   * encoding.
   *
   * @default {15}
   */
  readonly handshakeTimeout?: number | undefined;
  /**
   * Seconds without a message to a client after which it is sent a ping. Clients give up on a
   * server that is silent for 30.
   *
   * @default {15}
   */
  readonly keepAliveInterval?: number | undefined;
  /**
   * Seconds of silence after which a client is taken for lost, from its first ping on: twice what
   * it waits between two pings, at least. It may connect again.
   *
   * @default {30}
   */
  readonly clientTimeoutInterval?: number | undefined;
  /**
   * Bytes that one message of a client may have. Above, its connection ends.
   *
   * @default {32768}
   */
  readonly maximumReceiveMessageSize?: number | undefined;
  /**
   * Calls of one client that run at the same time; the others wait, in order. Streams and uploads do
   * not count, and a call that waits for an answer of its client lets the next one go.
   *
   * @default {1}
   */
  readonly maximumParallelInvocationsPerClient?: number | undefined;
  /**
   * Streams that one client may have open at the same time, and as many that it uploads. One more is
   * an error for whoever asks for it.
   *
   * @default {100}
   */
  readonly maxStreams?: number | undefined;
  /**
   * Answers that one client may owe us at the same time. One more question is an error.
   *
   * @default {100}
   */
  readonly maxClientResults?: number | undefined;
  /**
   * Groups that one client may be in at the same time. One more is an error.
   *
   * @default {128}
   */
  readonly maxGroups?: number | undefined;
  /**
   * Bytes that may wait for your handlers, of calls in line and of uploads, each message with 256 of
   * its own. Above, the connection ends.
   *
   * @default {16777216}
   */
  readonly maxQueue?: number | undefined;
  /**
   * Negotiations whose client has not connected yet. Each of them is forgotten after 15 seconds, or
   * when there are more than these, the oldest first.
   *
   * @default {10000}
   */
  readonly maxUnclaimed?: number | undefined;
  /**
   * Bytes that are kept for a client that has asked for stateful reconnect, until it has said that it
   * has them: after a cut it gets them again, if it is back within 15 seconds. Above, the oldest are
   * forgotten, and a cut is the end of the connection. 0 switches it off.
   *
   * @default {100000}
   */
  readonly statefulReconnectBufferSize?: number | undefined;
  /**
   * Whether clients are told what went wrong in your code, with the text of the error. For
   * development only.
   *
   * @default {false}
   */
  readonly enableDetailedErrors?: boolean | undefined;
}

/** The names of `HubLimits`. */
export const HUB_LIMITS: readonly (keyof HubLimits)[] = [
  "handshakeTimeout",
  "keepAliveInterval",
  "clientTimeoutInterval",
  "maximumReceiveMessageSize",
  "maximumParallelInvocationsPerClient",
  "maxStreams",
  "maxClientResults",
  "maxGroups",
  "maxQueue",
  "maxUnclaimed",
  "statefulReconnectBufferSize",
  "enableDetailedErrors",
];

/** Every limit, checked. Times in milliseconds, sizes in bytes. */
export type CheckedHubLimits = { readonly [K in keyof HubLimits]-?: NonNullable<HubLimits[K]> };

/** What a frame may have beyond one message: its server and our own limit go up to 64 MiB. */
const LARGEST = 63 * MIB;

/**
 * Fills in the defaults.
 *
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function checkHubLimits({
  handshakeTimeout = 15,
  keepAliveInterval = 15,
  clientTimeoutInterval = 30,
  maximumReceiveMessageSize = 32_768,
  maximumParallelInvocationsPerClient = 1,
  maxStreams = 100,
  maxClientResults = 100,
  maxGroups = 128,
  maxQueue = 16 * MIB,
  maxUnclaimed = 10_000,
  statefulReconnectBufferSize = 100_000,
  enableDetailedErrors = false,
}: HubLimits): CheckedHubLimits {
  checkOption("enableDetailedErrors", enableDetailedErrors, "boolean");
  return {
    handshakeTimeout: 1000 * checkSeconds("handshakeTimeout", handshakeTimeout, 0.1),
    keepAliveInterval: 1000 * checkSeconds("keepAliveInterval", keepAliveInterval, 0.1),
    clientTimeoutInterval: 1000 * checkSeconds("clientTimeoutInterval", clientTimeoutInterval, 0.1),
    maximumReceiveMessageSize: checkBytes(
      "maximumReceiveMessageSize",
      maximumReceiveMessageSize,
      LARGEST,
    ),
    maximumParallelInvocationsPerClient: checkCount(
      "maximumParallelInvocationsPerClient",
      maximumParallelInvocationsPerClient,
      1,
    ),
    maxStreams: checkCount("maxStreams", maxStreams, 0),
    maxClientResults: checkCount("maxClientResults", maxClientResults, 0),
    maxGroups: checkCount("maxGroups", maxGroups, 0),
    maxQueue: checkBytes("maxQueue", maxQueue),
    maxUnclaimed: checkCount("maxUnclaimed", maxUnclaimed, 1),
    statefulReconnectBufferSize: checkCount(
      "statefulReconnectBufferSize",
      statefulReconnectBufferSize,
      0,
    ),
    enableDetailedErrors,
  };
}

function checkCount(name: string, value: number, least: 0 | 1): number {
  return checkNumber(
    name,
    value,
    Number.isInteger(value) && value >= least,
    `a whole number from ${least}`,
  );
}
