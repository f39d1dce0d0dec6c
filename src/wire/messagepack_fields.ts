import { type HubMessage, MessageType } from "./message.ts";

/** What a completion carries. */
const ERROR = 1;
const VOID = 2;
const RESULT = 3;

/** The list that stands for a message. */
export function messagePackFields(message: HubMessage): readonly unknown[] {
  const { type } = message;
  switch (type) {
    case MessageType.invocation:
    case MessageType.streamInvocation: {
      const { headers = {}, invocationId, target, arguments: values, streamIds } = message;
      const call = [type, headers, invocationId || null, target, values];
      return streamIds ? [...call, streamIds] : call;
    }
    case MessageType.streamItem: {
      const { headers = {}, invocationId, item } = message;
      return [type, headers, invocationId, item];
    }
    case MessageType.completion: {
      const { headers = {}, invocationId, error } = message;
      const answer = [type, headers, invocationId];
      if (error !== undefined) return [...answer, ERROR, error];
      return "result" in message ? [...answer, RESULT, message.result] : [...answer, VOID];
    }
    case MessageType.cancelInvocation: {
      const { headers = {}, invocationId } = message;
      return [type, headers, invocationId];
    }
    case MessageType.ping:
      return [type];
    case MessageType.close:
      return [type, message.error, message.allowReconnect ?? false];
    case MessageType.ack:
    case MessageType.sequence:
      return [type, message.sequenceId];
  }
}
