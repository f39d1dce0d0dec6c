import { replaySuite } from "./replay_suite.ts";
import { HISTORIES } from "./rows.ts";

for (const row of HISTORIES["node-redis"]) replaySuite(row);
