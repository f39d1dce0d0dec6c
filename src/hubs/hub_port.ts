import { typeOf, usageError } from "../base/usage_error.ts";
import { takePorts } from "../brokers/broker.ts";
import type { BrokerPort } from "../brokers/port.ts";
import type { ScaleOptions } from "./options.ts";

/**
 * What leads to other processes; `undefined` if no broker is named.
 *
 * @throws {TypeError} If it is none, or serves another hub of that name.
 */
export function hubPort({ broker, name }: ScaleOptions): BrokerPort | undefined {
  if (broker === undefined) return undefined;
  const isObject = typeof broker === "object" && broker !== null;
  const ports = isObject ? takePorts(broker, `hub ${name}`) : undefined;
  if (ports !== undefined) return ports.live();
  const expected = "what redis() or nats() returned, and an own option name for each hub";
  const got = isObject ? `another one, or a second hub named ${name}` : typeOf(broker);
  throw usageError("use option broker", expected, got);
}
