import { channel } from "../adapters/channels.ts";
import type { Channel } from "../base/channel.ts";
import { type CallSpan, callTracer } from "../server/call_tracer.ts";
import type { CallDiagnostics } from "../server/diagnostics.ts";
import type { MessageHeaders } from "../wire/message.ts";
import type { Transport } from "./transport.ts";

let calls: Channel<CallDiagnostics> | undefined;

/** Where all hubs of the process tell of calls. Looked for when there is one, not by an import. */
function callChannel(): Channel<CallDiagnostics> {
  return calls ??= channel("edgesocket:call");
}

/** Tells whoever listens of a call that does not begin; `method`: if the hub has one of that name. */
export function tellRefused(transport: Transport, method: string | undefined): void {
  const channel = callChannel();
  if (!channel.hasSubscribers) return;
  const how = { outcome: "refused", duration: 0, error: undefined } as const;
  channel.publish({ ...transport.diagnostics, method, ...how });
}

/**
 * The call that begins now as those see it who listen to calls, or trace them; `undefined` if nobody
 * does, so that nothing is made for nobody.
 *
 * @param method The name that the hub has for it.
 * @param headers Those of the client's message.
 */
export function watchCall(
  transport: Transport,
  method: string,
  headers: MessageHeaders | undefined,
): WatchedCall | undefined {
  const tracer = callTracer();
  if (tracer === undefined && !callChannel().hasSubscribers) return undefined;
  const span = tracer?.({ method, headers: headers ?? {} });
  return new WatchedCall(transport, method, span);
}

/** A call that somebody watches, from its turn to its end. */
export class WatchedCall {
  readonly #transport: Transport;
  readonly #method: string;
  readonly #span: CallSpan | undefined;
  readonly #since: number;

  constructor(transport: Transport, method: string, span: CallSpan | undefined) {
    this.#transport = transport;
    this.#method = method;
    this.#span = span;
    this.#since = transport.now();
  }

  /** Runs it within its trace, if there is one. */
  run(task: () => void): void {
    if (this.#span === undefined) task();
    else this.#span.run(task);
  }

  /** It has ended: tells everybody. */
  ended(outcome: CallDiagnostics["outcome"], error?: unknown): void {
    this.#span?.ended(outcome, error);
    const channel = callChannel();
    if (!channel.hasSubscribers) return;
    const duration = this.#transport.now() - this.#since;
    channel.publish({
      ...this.#transport.diagnostics,
      method: this.#method,
      outcome,
      duration,
      error,
    });
  }
}
