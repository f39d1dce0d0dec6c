import { MESSAGE_OVERHEAD } from "../connection/message.ts";
import {
  type CancelInvocation,
  type Completion,
  type Invocation,
  MessageType,
  type StreamInvocation,
  type StreamItem,
} from "../wire/message.ts";
import { execute, type Place } from "./execution.ts";
import { errorText, HubError, texts } from "./hub_error.ts";
import type { HubState } from "./hub_state.ts";
import { HubInvocation } from "./invocation.ts";
import { Line } from "./line.ts";
import type { NamedCallable } from "./methods.ts";
import type { Session } from "./session.ts";
import { Uploads } from "./uploads.ts";
import type { Waiting } from "./waiting.ts";
import { tellRefused } from "./watched_call.ts";

type Call = Invocation | StreamInvocation;

/** Calls that wait, in order; by their ids as well, as there may be as many cancellations. */
interface Early {
  readonly calls: HubInvocation[];
  readonly byId: Map<string, HubInvocation>;
}

/** The calls of one client, with all that belongs to them: each is answered once. */
export class Calls {
  readonly #place: Place;
  readonly #waiting: Waiting;
  readonly #line: Line;
  /** All that run. */
  readonly #running = new Set<HubInvocation>();
  /** What has come before `onConnected` was done. */
  #early: Early | undefined;
  #started = false;
  /** Streams that run, those that are slow to end as well. */
  #streams = 0;

  constructor(hub: HubState, session: Session, waiting: Waiting) {
    const { maximumParallelInvocationsPerClient, maxClientResults } = session.limits;
    this.#place = { hub, session, uploads: new Uploads(waiting) };
    this.#waiting = waiting;
    this.#line = new Line(
      maximumParallelInvocationsPerClient,
      maxClientResults,
      waiting,
      (call) => this.#run(call),
    );
  }

  /** `onConnected` is done: begins with what has come meanwhile. */
  start(): void {
    const early = this.#early?.calls ?? [];
    this.#early = undefined;
    this.#started = true;
    for (const call of early) this.#waiting.remove(call.cost);
    for (const call of early) this.#schedule(call);
  }

  /** A call came, with so many bytes. */
  call(message: Call, bytes: number): void {
    const { hub, session, uploads } = this.#place;
    const { target } = message;
    const callable = hub.methods.find(target);
    if (callable === undefined) return this.#refuse(message, texts.unknown(target));
    const fault = this.#faultOf(message, callable);
    if (fault !== undefined) return this.#refuse(message, fault, callable.name);
    const call = new HubInvocation(message, callable, MESSAGE_OVERHEAD + bytes, session, (call) => {
      // What it asks after its end, in the background, gives up no place.
      if (takesPlace(callable) && this.#running.has(call)) this.#line.waits(call);
    });
    if (callable.kind === "stream") this.#streams++;
    // Items may come before the call begins.
    callable.uploads.forEach((schema, i) => uploads.open(call.streamIds[i]!, schema));
    if (this.#started) return this.#schedule(call);
    const { calls, byId }: Early = this.#early ??= { calls: [], byId: new Map() };
    calls.push(call);
    if (call.id !== undefined && !byId.has(call.id)) byId.set(call.id, call);
    this.#waiting.add(call.cost);
  }

  /** An item of an upload came, with so many bytes. */
  item(message: StreamItem, bytes: number): void {
    this.#place.uploads.item(message, bytes);
  }

  /** The end of an upload came, or the answer to a question of ours. */
  completion(message: Completion): void {
    const { session, uploads } = this.#place;
    if (!uploads.complete(message)) session.results.settle(message);
  }

  /** The client wants no more of a call. Most likely it is done already. */
  cancel({ invocationId }: CancelInvocation): void {
    this.#byId(invocationId)?.cancel();
  }

  /**
   * The client is gone, or has to go. What runs learns it from its signal; what waits does not begin.
   *
   * @param all Throws away whole uploads, too.
   */
  end(all = false): void {
    for (const { cost } of this.#early?.calls ?? []) this.#waiting.remove(cost);
    this.#early = undefined;
    this.#line.clear();
    this.#place.uploads.end(all);
    for (const call of this.#running) call.cancel();
  }

  #schedule(call: HubInvocation): void {
    if (takesPlace(call.callable)) this.#line.add(call);
    else this.#run(call);
  }

  #run(call: HubInvocation): void {
    const done = () => {
      this.#running.delete(call);
      this.#place.uploads.close(call.streamIds);
      if (takesPlace(call.callable)) this.#line.left(call);
    };
    const released = () => {
      if (call.callable.kind === "stream") this.#streams--;
    };
    if (this.#place.session.aborted) {
      done();
      return released();
    }
    this.#running.add(call);
    execute(this.#place, call, done, released);
  }

  /** What is wrong with a call before anybody looks at its arguments. */
  #faultOf(message: Call, { kind, uploads }: NamedCallable): string | undefined {
    const { target, invocationId, streamIds = [] } = message;
    const streaming = message.type === MessageType.streamInvocation;
    if (streaming && kind === "method") return texts.notStreaming(target);
    if (!streaming && kind === "stream") return texts.streaming(target);
    const failed = (text: string) => errorText(texts.failed(target), new HubError(text), false);
    if (streamIds.length !== uploads.length) {
      const expected = `Hub method expects ${uploads.length}.`;
      return failed(`Client sent ${streamIds.length} stream(s), ${expected}`);
    }
    if (streaming && this.#byId(invocationId ?? "")) return texts.inUse(invocationId ?? "");
    const { maxStreams } = this.#place.session.limits;
    const open = this.#place.uploads;
    if (streaming && this.#streams >= maxStreams) {
      return failed(`expected at most ${maxStreams} open streams, got one more`);
    }
    if (uploads.length > 0 && open.size + uploads.length > maxStreams) {
      return failed(`expected at most ${maxStreams} open uploads, got one more`);
    }
    const used = streamIds.find((id, i) => open.get(id) || streamIds.indexOf(id) < i);
    return used === undefined ? undefined : failed(`expected a new stream id, got ${used}`);
  }

  #byId(id: string): HubInvocation | undefined {
    for (const call of this.#running) if (call.id === id) return call;
    return this.#early?.byId.get(id);
  }

  #refuse({ invocationId }: Call, error: string, method?: string): void {
    tellRefused(this.#place.session.transport, method);
    if (!invocationId) return;
    this.#place.session.send({ type: MessageType.completion, invocationId, error });
  }
}

/** Streams in either direction wait for nobody: those that they are for may wait for them. */
function takesPlace({ kind, uploads }: NamedCallable): boolean {
  return kind === "method" && uploads.length === 0;
}
