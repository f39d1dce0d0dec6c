import { isPromise } from "../base/contain.ts";
import { type Completion, MessageType } from "../wire/message.ts";
import { errorText, HubError, isA, isAbort, texts } from "./hub_error.ts";
import type { HubState } from "./hub_state.ts";
import type { HubInvocation } from "./invocation.ts";
import { sendStream } from "./result_stream.ts";
import type { Session } from "./session.ts";
import type { Uploads } from "./uploads.ts";
import { Invalid, validatedAll } from "./validation.ts";
import { watchCall } from "./watched_call.ts";

/** Where a call runs. */
export interface Place {
  readonly hub: HubState;
  readonly session: Session;
  readonly uploads: Uploads;
}

/**
 * Runs a call and answers it, once. What is ready at once is answered at once.
 *
 * @param done Called when it is answered.
 * @param released Called when nothing of it runs any more: a cancelled stream may be slow to end.
 */
export function execute(
  place: Place,
  call: HubInvocation,
  done: () => void,
  released: () => void,
): void {
  const { callable: { name }, message: { headers } } = call;
  const watched = call.watched = watchCall(place.session.transport, name, headers);
  if (watched === undefined) begin(place, call, done, released);
  else watched.run(() => begin(place, call, done, released));
}

function begin(
  place: Place,
  call: HubInvocation,
  done: () => void,
  released: () => void,
): void {
  const succeeded = (value: unknown) => {
    complete(place, call, value);
    done();
    released();
  };
  const failed = (error: unknown) => {
    fail(place, call, error, texts.failed(call.message.target));
    done();
    released();
  };
  try {
    const result = invoke(place, call);
    if (call.callable.kind === "stream") void stream(place, call, result, done, released);
    // What somebody made by hand may settle twice; as a promise it does not.
    else if (isPromise(result)) Promise.resolve(result).then(succeeded, failed);
    else succeeded(result);
  } catch (error) {
    failed(error);
  }
}

/** Binds the arguments and runs the handler. */
function invoke(place: Place, call: HubInvocation): unknown {
  const { callable, message } = call;
  const sent = message.arguments;
  const { length } = callable.values;
  if (sent.length > length) {
    throw new Invalid(
      `Invocation provides ${sent.length} argument(s) but target expects ${length}.`,
    );
  }
  const values = validatedAll(callable.values, sent, (i) => `argument ${i + 1}`);
  return isPromise(values)
    ? values.then((values) => handle(place, call, values))
    : handle(place, call, values);
}

function handle({ hub, session, uploads }: Place, call: HubInvocation, values: readonly unknown[]) {
  const { name, handler, isUpload } = call.callable;
  const args = call.streamIds.length === 0 ? values : inOrder(isUpload, values, call, uploads);
  const context = hub.contextOf(session, call);
  return hub.run(context, name, args, () => handler(context, ...args));
}

/** Values and uploads in the order of the parameters. */
function inOrder(
  isUpload: readonly boolean[],
  values: readonly unknown[],
  { streamIds }: HubInvocation,
  uploads: Uploads,
): readonly unknown[] {
  let value = 0;
  let stream = 0;
  return isUpload.map((upload) => upload ? uploads.get(streamIds[stream++]!) : values[value++]);
}

async function stream(
  place: Place,
  call: HubInvocation,
  result: unknown,
  done: () => void,
  released: () => void,
): Promise<void> {
  let rest: Promise<unknown> = Promise.resolve();
  let text = texts.failed(call.message.target);
  try {
    const items = await result;
    text = texts.whileStreaming;
    await sendStream(place.session, call, items, (running) => rest = running);
    place.session.send({ type: MessageType.completion, invocationId: call.id ?? "" });
    call.watched?.ended(call.cancelled ? "cancelled" : "completed");
  } catch (error) {
    fail(place, call, error, text);
  }
  done();
  await rest;
  released();
}

function complete(place: Place, call: HubInvocation, result: unknown): void {
  const { id } = call;
  try {
    if (id !== undefined) place.session.send(completionOf(id, result));
  } catch (error) {
    // It cannot be sent.
    return fail(place, call, error, texts.failed(call.message.target));
  }
  call.watched?.ended(call.cancelled ? "cancelled" : "completed");
}

function completionOf(invocationId: string, result: unknown): Completion {
  const type = MessageType.completion;
  return result === undefined ? { type, invocationId } : { type, invocationId, result };
}

/** Tells the client that there was an error, and whoever runs the server which, unless it is theirs. */
function fail({ hub, session }: Place, call: HubInvocation, error: unknown, text: string): void {
  const { target } = call.message;
  const outcome = outcomeOf(call, error);
  const invalid = isA(Invalid, error);
  if (invalid) session.transport.refused(`${call.callable.name}: ${error.message}`);
  if (outcome === "failed") session.transport.report(error);
  call.watched?.ended(outcome, error);
  if (call.id === undefined) return;
  const detailed = hub.options.limits.enableDetailedErrors;
  session.send({
    type: MessageType.completion,
    invocationId: call.id,
    error: errorText(invalid ? texts.refused(target) : text, error, detailed),
  });
}

/** Whose fault it is: the client is told why it is refused, and of all others whoever runs the server. */
function outcomeOf(call: HubInvocation, error: unknown): "failed" | "refused" | "cancelled" {
  const known = isA(Invalid, error) || isA(HubError, error);
  if (call.cancelled && (known || isAbort(error))) return "cancelled";
  return known ? "refused" : "failed";
}
