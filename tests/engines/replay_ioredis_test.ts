import { replaySuite } from "./replay_suite.ts";
import { HISTORIES } from "./rows.ts";

for (const row of HISTORIES["ioredis"]) replaySuite(row);
