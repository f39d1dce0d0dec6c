import { memoizeLast } from "../base/memoize.ts";
import { usageError } from "../base/usage_error.ts";
import type { Published } from "../brokers/published.ts";
import { byteLength, checkSendData, copyOf, exceeds, type Message } from "../connection/message.ts";
import type { SendData } from "../connection/message.ts";
import { isTopicName } from "./topic_name.ts";

/** Busy topics are published to many times in a row. */
const isName = memoizeLast(isTopicName);

/** A message that may be published, with bytes of its own; or why it may not. */
export type Publication = { readonly data: Message } | { readonly refused: Published };

/**
 * Looks at what somebody wants to publish.
 *
 * @throws {TypeError} If `data` cannot be sent at all.
 */
export function publicationOf(
  topic: string,
  data: SendData,
  { closed, maxPayload }: { readonly closed: boolean; readonly maxPayload: number },
): Publication {
  checkSendData(data);
  if (closed) return refused("topics that are open", "closed ones");
  if (!isName(topic)) return refused("the name of a topic", JSON.stringify(topic));
  const message = copyOf(data);
  if (exceeds(message, maxPayload)) return refused(`at most ${maxPayload} bytes`, byteLength(data));
  return { data: message };
}

function refused(expected: string, got: unknown): Publication {
  return { refused: { relayed: false, error: usageError("publish", expected, got, RangeError) } };
}
