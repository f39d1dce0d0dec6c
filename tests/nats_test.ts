import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { nats } from "../src/nats.ts";
import { brokerTests } from "./support/broker_roof.ts";

brokerTests("nats", "NATS", ({ url }) => {
  const connection = connect({
    servers: url,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    pingInterval: 1_000,
  });
  const stream = connection.then(async (open) => ({
    client: jetstream(open),
    manager: await jetstreamManager(open, { checkAPI: false }),
  }));
  return {
    broker: nats({ connection, prefix: "test", jetstream: stream }),
    connect: () => connection,
    close: async () => await (await connection).close(),
  };
});
