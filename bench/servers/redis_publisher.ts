/** A publisher over Redis by `publish` of node-redis itself. */
import { MESSAGE, obeyPublishing } from "./publishing.ts";

obeyPublishing(async (client) => {
  await client.connect();
  return () => client.publish("bench", MESSAGE);
});
