/** A publisher over Redis by `publish` of node-redis itself. */
import { redisClient } from "./clients.ts";
import { MESSAGE, obeyPublishing } from "./publishing.ts";

obeyPublishing(async (port) => {
  const client = await redisClient(port);
  await client.connect();
  return () => client.publish("bench", MESSAGE);
});
