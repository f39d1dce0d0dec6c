import { type HubMessage, type MessageHeaders, MessageType, PING } from "./message.ts";
import { malformed, WireError } from "./wire_error.ts";

/** What a completion carries. */
const ERROR = 1;
const VOID = 2;
const RESULT = 3;

/**
 * The message that a list stands for; `undefined` if there are no messages of its type (yet).
 * Fields that come behind those that we know are passed over.
 *
 * @throws {WireError} If it is none.
 */
export function messagePackMessage(fields: unknown): HubMessage | undefined {
  if (!Array.isArray(fields)) throw new WireError("Reading array length for 'message' failed.");
  const type: unknown = fields[0];
  switch (type) {
    case MessageType.invocation: {
      const headers = headersOf(fields);
      const id = textOf(fields[2], "invocationId");
      return {
        type,
        ...headers,
        ...(id ? { invocationId: id } : undefined),
        ...callOf(fields, "Invocation"),
      };
    }
    case MessageType.streamInvocation: {
      const headers = headersOf(fields);
      const invocationId = idOf(fields, "StreamInvocation");
      return { type, ...headers, invocationId, ...callOf(fields, "StreamInvocation") };
    }
    case MessageType.streamItem: {
      const headers = headersOf(fields);
      const invocationId = idOf(fields, "StreamItem");
      if (fields.length < 4) throw malformed("an item", "none");
      return { type, ...headers, invocationId, item: fields[3] };
    }
    case MessageType.completion: {
      const headers = headersOf(fields);
      return { type, ...headers, invocationId: idOf(fields, "Completion"), ...answerOf(fields) };
    }
    case MessageType.cancelInvocation:
      return { type, ...headersOf(fields), invocationId: idOf(fields, "CancelInvocation") };
    case MessageType.ping:
      return PING;
    case MessageType.close:
      return { type, ...closeOf(fields) };
    case MessageType.ack:
    case MessageType.sequence:
      return { type, sequenceId: integerOf(fields[1], "sequenceId", 64) };
    default:
      integerOf(type, "messageType", 32);
      return;
  }
}

/** What says what is called, and with what. */
function callOf(fields: readonly unknown[], kind: string) {
  const target = textOf(fields[3], "target");
  if (!target) throw nullOrEmpty(`target for ${kind} message`);
  const parameters = fields[4];
  if (!Array.isArray(parameters)) throw noList("arguments");
  const streamIds = fields[5] ?? [];
  if (!Array.isArray(streamIds)) throw noList("streamIds");
  if (!streamIds.every((id) => typeof id === "string" && id !== "")) {
    throw nullOrEmpty("value in streamIds received");
  }
  // As in JSON, where clients leave the list away if it is empty.
  return { target, arguments: parameters, ...(streamIds.length > 0 ? { streamIds } : undefined) };
}

function headersOf(fields: readonly unknown[]): { readonly headers: MessageHeaders } | undefined {
  const headers = fields[1];
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) {
    throw new WireError("Reading map length for 'headers' failed.");
  }
  const values = Object.values(headers);
  if (values.length === 0) return;
  for (const value of values) {
    if (typeof value !== "string" || value === "") throw nullOrEmpty("value in header");
  }
  return { headers: headers as MessageHeaders };
}

function idOf(fields: readonly unknown[], kind: string): string {
  const id = textOf(fields[2], "invocationId");
  if (!id) throw nullOrEmpty(`invocation ID for ${kind} message`);
  return id;
}

function answerOf(fields: readonly unknown[]) {
  const kind = fields[3];
  if (kind === VOID) return;
  if (kind !== ERROR && kind !== RESULT) throw new WireError("Invalid invocation result kind.");
  if (fields.length < 5) throw malformed(kind === ERROR ? "an error" : "a result", "none");
  if (kind === RESULT) return { result: fields[4] };
  return { error: textOf(fields[4], "error") ?? "" };
}

function closeOf(fields: readonly unknown[]) {
  const error = textOf(fields[1], "error");
  const allowReconnect = fields[2] ?? false;
  if (typeof allowReconnect !== "boolean") {
    throw new WireError("Reading 'allowReconnect' as Boolean failed.");
  }
  return { ...(error === undefined ? undefined : { error }), allowReconnect };
}

/** A text; `undefined` for nil. */
function textOf(value: unknown, field: string): string | undefined {
  if (value === null || value === undefined) return;
  if (typeof value !== "string") throw new WireError(`Reading '${field}' as String failed.`);
  return value;
}

function integerOf(value: unknown, field: string, bits: number): number {
  if (Number.isSafeInteger(value)) return Number(value);
  throw new WireError(`Reading '${field}' as Int${bits} failed.`);
}

function noList(field: string): WireError {
  return new WireError(`Reading array length for '${field}' failed.`);
}

function nullOrEmpty(what: string): WireError {
  return new WireError(`Null or empty ${what}.`);
}
