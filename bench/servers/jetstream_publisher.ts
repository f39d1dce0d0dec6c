/** A publisher over NATS by `publish` of JetStream's own client, to a stream that keeps as much as ours. */
import { jetStream } from "./clients.ts";
import { MESSAGE, obeyPublishing } from "./publishing.ts";

/** Messages of a topic that are kept, as topics do unless they are told. */
const COUNT = 1_000;

obeyPublishing(async (port) => {
  const { client, manager } = (await jetStream(port)).jetstream;
  await manager.streams.add({
    name: "bench",
    subjects: ["bench.*"],
    max_msgs_per_subject: COUNT,
  });
  return () => client.publish("bench.room", MESSAGE);
});
