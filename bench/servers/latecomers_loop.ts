/** Sends what clients have missed from an array, in a loop. */
import { obeyLatecomers } from "./latecomers.ts";

const histories = new Map<string, readonly string[]>();

await obeyLatecomers({
  engine: undefined,
  connect: () => Promise.resolve(),
  fill: (topic, messages) => Promise.resolve(void histories.set(topic, messages)),
  comeBack(connection, topic, behind) {
    for (const message of histories.get(topic)!.slice(-behind)) connection.send(message);
  },
});
