import { checkNames, checkOption, checkSeconds } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import type { Connection } from "../connection/connection.ts";
import type { WebSocketEvents } from "../connection/events.ts";
import {
  type CheckedHostOptions,
  checkHostOptions,
  HOST_OPTIONS,
  type HostOptions,
} from "../server/host_options.ts";
import { checkCompression, type WorkersFetch } from "./fetch.ts";

/** What serves an object: `fetch`, or something that has it. */
export type Served = WorkersFetch | { readonly fetch: WorkersFetch };

/**
 * What makes a server for each Durable Object.
 *
 * @typeParam Made What is made for each object.
 */
export interface DurableApp<Made extends Served = Served> {
  /**
   * Called once for each object, each time that it comes into memory. Topics and hubs belong in here:
   * the runtime may put several objects into one process, and lets none of them touch the
   * connections of another one.
   *
   * @param state What the runtime hands to the constructor of an object.
   * @param env The bindings.
   * @returns `app.fetch` of Hono, your own function, or an object with `fetch` and whatever else
   * `hibernate.events` needs.
   */
  create(state: never, env: never): Made;
}

/**
 * How connections live on while their Durable Object sleeps.
 *
 * @typeParam T What `connection.data` holds: plain data, because it is kept meanwhile.
 * @typeParam Made What `create` has made for the object.
 */
export interface HibernateOptions<T = unknown, Made = unknown> {
  /**
   * Makes the events of a connection again when its object wakes, from what is kept of it: `id`,
   * `url`, `protocol` and `data`. Called before the first message; `onOpen` is not called again, so
   * that a room is entered here once more.
   *
   * @param made What `create` has returned for this object.
   */
  events(connection: Connection<T>, made: Made): WebSocketEvents<T>;
  /**
   * A text message and its answer: the runtime answers it without waking the object, so that clients
   * can see that somebody is there. No `onMessage` is called for it. 2,048 bytes each at most.
   */
  readonly autoResponse?: { readonly request: string; readonly response: string } | undefined;
}

/**
 * What is decided for all objects of a class.
 *
 * @typeParam T What `connection.data` holds.
 * @typeParam Made What `create` has made for the object.
 */
export interface DurableOptions<T = unknown, Made = unknown> extends HostOptions {
  /**
   * Seconds that `shutdown` waits for closing handshakes before it ends what is left.
   *
   * @default {10}
   */
  readonly shutdownTimeout?: number | undefined;
  /**
   * Lets objects sleep while their connections stay open. Without it an object stays in memory as
   * long as it has one, and is paid for.
   */
  readonly hibernate?: HibernateOptions<T, Made> | undefined;
}

/** The options of a class, checked. */
export interface CheckedDurableOptions {
  readonly host: CheckedHostOptions;
  /** Milliseconds. */
  readonly shutdownTimeout: number;
  readonly hibernate: HibernateOptions<never, never> | undefined;
}

const OPTIONS = ["shutdownTimeout", "hibernate", ...HOST_OPTIONS];

/** Bytes of an automatic answer, and of what it answers to: workerd, `setWebSocketAutoResponse`. */
const AUTOMATIC = 2_048;

/**
 * Checks the options.
 *
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function checkDurableOptions(options: DurableOptions<never, never>): CheckedDurableOptions {
  checkNames("durable", options, OPTIONS);
  const { shutdownTimeout = 10, hibernate } = options;
  const host = checkHostOptions(options);
  checkCompression(host);
  if (hibernate !== undefined) checkHibernate(hibernate);
  if (hibernate !== undefined && host.holdPipeline) {
    throw usageError("use option holdPipeline", "objects that do not hibernate", "some that do");
  }
  return {
    host,
    shutdownTimeout: 1000 * checkSeconds("shutdownTimeout", shutdownTimeout, 0),
    hibernate,
  };
}

function checkHibernate(hibernate: HibernateOptions<never, never>): void {
  checkNames("hibernate", hibernate, ["events", "autoResponse"]);
  const { events, autoResponse } = hibernate;
  if (typeof events !== "function") {
    throw usageError("use option hibernate", "events to be a function", typeOf(events));
  }
  if (autoResponse === undefined) return;
  checkNames("autoResponse", autoResponse, ["request", "response"]);
  for (const name of ["request", "response"] as const) {
    const text = autoResponse[name];
    checkOption(`autoResponse.${name}`, text ?? null, "string");
    const { length } = new TextEncoder().encode(text);
    if (length <= AUTOMATIC) continue;
    throw usageError(
      `use option autoResponse.${name}`,
      `${AUTOMATIC} bytes at most`,
      length,
      RangeError,
    );
  }
}
