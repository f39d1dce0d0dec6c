import type { Clock } from "../base/clock.ts";
import { checkBytes, checkNames, checkNumber, checkOption, checkSeconds } from "../base/options.ts";
import { MemoryBroker } from "../brokers/memory.ts";
import { MemoryReplayBroker } from "../brokers/memory_replay.ts";
import type { BrokerPort, ReplayPort } from "../brokers/port.ts";
import type { Position } from "../brokers/published.ts";
import type { Message, SendData } from "../connection/message.ts";
import { type CommonTopicsOptions, portsOf } from "./options.ts";

/** How much of the past is kept; whichever is reached first counts. */
export interface HistoryOptions {
  /**
   * Messages of one topic.
   *
   * @default {1000}
   */
  readonly count?: number | undefined;
  /**
   * Bytes of all topics together, or over Redis of each; a message counts with 256 more of its own.
   *
   * @default {67108864}
   */
  readonly bytes?: number | undefined;
  /**
   * Seconds for which a message is shown. Over NATS it stays in the stream for a day more, by which
   * positions are known.
   *
   * @default {300}
   */
  readonly age?: number | undefined;
}

/** What topics take that keep a history, so that a client can go on where it was. */
export interface ReplayOptions extends CommonTopicsOptions {
  /** One order for everybody, and a history. */
  readonly mode: "replay";
  /** How much of the past is kept. */
  readonly history?: HistoryOptions | undefined;
  /**
   * Makes what subscribers are sent of a message and its position, once for all of them: the way in
   * which clients learn positions. Default: the message as it is.
   */
  readonly frame?: ((message: Message, position: Position) => SendData) | undefined;
}

/** The names of options that mode `replay` adds. */
export const REPLAY_NAMES: readonly string[] = ["history", "frame"];

/** What topics with a history go over. */
export interface ReplayPorts {
  readonly port: ReplayPort;
  /** Makes one without a history beside it, for what is worth nothing afterwards. */
  live(): BrokerPort;
}

/**
 * The broker with the history that the options ask for.
 *
 * @throws {TypeError} If an option is of the wrong type, or the broker lacks something for a history.
 * @throws {RangeError} If an option is out of range.
 */
export function replayPorts(
  { broker, history = {}, frame }: ReplayOptions,
  clock: Clock,
): ReplayPorts {
  checkOption("frame", frame, "function");
  checkNames("history", history, ["count", "bytes", "age"]);
  const { count = 1_000, bytes = 64 * 1024 * 1024, age = 300 } = history;
  const whole = Number.isInteger(count) && count >= 1;
  const limits = {
    count: checkNumber("history.count", count, whole, "a whole number from 1"),
    bytes: checkBytes("history.bytes", bytes, Number.MAX_SAFE_INTEGER),
    age: 1_000 * checkSeconds("history.age", age, 0.1),
  };
  if (broker === undefined) {
    return { port: new MemoryReplayBroker(limits, clock), live: () => new MemoryBroker() };
  }
  const ports = portsOf(broker);
  return { port: ports.replay(limits), live: () => ports.live() };
}
