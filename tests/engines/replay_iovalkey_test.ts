import { deno } from "../support/runtimes.ts";
import { replaySuite } from "./replay_suite.ts";

replaySuite({ client: "iovalkey", engine: "redis", pair: [deno, deno] });
