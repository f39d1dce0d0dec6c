import { bun, deno } from "../support/runtimes.ts";
import { replaySuite } from "./replay_suite.ts";

replaySuite({ client: "ioredis", engine: "redis", pair: [bun, deno] });
