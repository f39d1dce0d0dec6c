import { listen } from "../adapters/listen.ts";
import type { DiagnosticsMessages } from "../server/diagnostics.ts";
import type { Instruments } from "./instruments.ts";
import { callErrorType, closeErrorType, errorType, UNKNOWN_METHOD } from "./labels.ts";
import { Levels } from "./levels.ts";

const RECEIVED = { "network.io.direction": "receive" };
const SENT = { "network.io.direction": "transmit" };

type Listeners = {
  readonly [Name in keyof DiagnosticsMessages]: (message: DiagnosticsMessages[Name]) => void;
};

/**
 * Records what the channels tell, until the returned function is called. Labels are bounded: nothing
 * that a client names becomes one.
 *
 * @param received Told of each message, before its handler runs.
 * @throws {Error} If the runtime has no channels.
 */
export function record(
  to: Instruments,
  received: (message: DiagnosticsMessages["edgesocket:received"]) => void,
): () => void {
  const levels = new Levels(to);
  const listeners: Listeners = {
    "edgesocket:handshake": ({ verdict, status, duration }) =>
      to.handshakeDuration.record(duration / 1000, {
        "http.response.status_code": status,
        ...(verdict === "refused" ? { "error.type": `${status}` } : {}),
      }),
    "edgesocket:open": ({ connectionId }) => levels.opened(connectionId),
    "edgesocket:received"(message) {
      to.messages.add(1, RECEIVED);
      to.io.add(message.size, RECEIVED);
      received(message);
    },
    "edgesocket:sent"({ size }) {
      to.messages.add(1, SENT);
      to.io.add(size, SENT);
    },
    "edgesocket:ping": () => to.pings.add(1),
    "edgesocket:backpressure": () => to.backpressure.add(1),
    "edgesocket:limit": ({ limit }) => to.limits.add(1, { "edgesocket.limit": limit }),
    "edgesocket:close"({ connectionId, cause, duration }) {
      levels.closed(connectionId);
      const error = closeErrorType(cause);
      to.connectionDuration.record(duration / 1000, {
        "edgesocket.close.cause": cause,
        ...(error === undefined ? {} : { "error.type": error }),
      });
    },
    "edgesocket:error": ({ error }) => to.errors.add(1, { "error.type": errorType(error) }),
    "edgesocket:topic": ({ subscribed, subscribers }) => levels.topic(subscribed, subscribers),
    "edgesocket:gap"({ cause, missed }) {
      to.gaps.add(1, { "edgesocket.gap.cause": cause });
      if (missed !== undefined) to.missed.add(missed);
    },
    "edgesocket:engine"({ state }) {
      to.engineChanges.add(1, { "edgesocket.engine.state": state });
      to.engineUp.record(state === "up" ? 1 : 0);
    },
    "edgesocket:call"(call) {
      const error = callErrorType(call);
      to.callDuration.record(call.duration / 1000, {
        "rpc.method": call.method ?? UNKNOWN_METHOD,
        ...(error === undefined ? {} : { "error.type": error }),
      });
    },
  };
  const names = Object.keys(listeners) as (keyof Listeners)[];
  const stops = names.map((name) => listen(name, listeners[name] as (message: unknown) => void));
  return () => {
    for (const stop of stops) stop();
    levels.clear();
  };
}
