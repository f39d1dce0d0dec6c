import { bun, deno } from "../support/runtimes.ts";
import { replaySuite } from "./replay_suite.ts";

replaySuite({ client: "node-redis", engine: "redis", pair: [deno, bun] });
