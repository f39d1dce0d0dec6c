import { type JsonRecord, missing, textOf, wrongType } from "./json_record.ts";
import { type HubMessage, MessageType, PING } from "./message.ts";
import { WireError } from "./wire_error.ts";

/**
 * The message that an object stands for; `undefined` if there are no messages of its type (yet). It
 * is the object itself, once it is checked: what else is in it, nobody reads.
 *
 * @throws {WireError} If it is none.
 */
export function jsonMessage(record: JsonRecord): HubMessage | undefined {
  switch (record.type) {
    case MessageType.invocation:
      checkCall(record);
      // An empty id means none.
      return (textOf(record, "invocationId") === "" ? withoutId(record) : record) as CheckedRecord;
    case MessageType.streamInvocation:
      checkCall(record);
      checkId(record);
      return record as CheckedRecord;
    case MessageType.streamItem:
      checkId(record);
      if (!("item" in record)) throw missing("item");
      return record as CheckedRecord;
    case MessageType.completion:
      checkId(record);
      checkAnswer(record);
      return record as CheckedRecord;
    case MessageType.cancelInvocation:
      checkId(record);
      return record as CheckedRecord;
    case MessageType.ping:
      return PING;
    case MessageType.close:
      checkClose(record);
      return record as CheckedRecord;
    case MessageType.ack:
    case MessageType.sequence:
      checkNumber(record, "sequenceId");
      return record as CheckedRecord;
    default:
      checkNumber(record, "type");
      return;
  }
}

/** The same object, as TypeScript sees it after the checks. */
type CheckedRecord = JsonRecord & HubMessage;

function checkCall(record: JsonRecord): void {
  checkHeaders(record);
  if (!textOf(record, "target")) throw missing("target");
  if (record.arguments === undefined) throw missing("arguments");
  if (!Array.isArray(record.arguments)) throw wrongType("arguments", "Array");
  const { streamIds } = record;
  if (streamIds === undefined) return;
  if (!Array.isArray(streamIds)) throw wrongType("streamIds", "Array");
  if (!streamIds.every((id) => typeof id === "string")) throw wrongType("streamIds", "Array");
}

function checkId(record: JsonRecord): void {
  checkHeaders(record);
  if (!textOf(record, "invocationId")) throw missing("invocationId");
}

function checkHeaders({ headers }: JsonRecord): void {
  if (headers === undefined) return;
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) {
    throw wrongType("headers", "StartObject");
  }
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== "string") {
      throw new WireError(`Expected header '${name}' to be of type String.`);
    }
  }
}

function checkAnswer(record: JsonRecord): void {
  if (textOf(record, "error") === undefined || !("result" in record)) return;
  throw new WireError("The 'error' and 'result' properties are mutually exclusive.");
}

function checkClose(record: JsonRecord): void {
  textOf(record, "error");
  const { allowReconnect } = record;
  if (allowReconnect === undefined || typeof allowReconnect === "boolean") return;
  throw new WireError("Expected 'allowReconnect' to be true or false.");
}

function checkNumber(record: JsonRecord, name: string): void {
  if (record[name] === undefined) throw missing(name);
  if (!Number.isSafeInteger(record[name])) throw wrongType(name, "Number");
}

function withoutId({ invocationId: _, ...record }: JsonRecord): JsonRecord {
  return record;
}
