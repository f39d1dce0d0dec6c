import { bun, deno } from "../support/runtimes.ts";
import { replaySuite } from "./replay_suite.ts";

replaySuite({ client: "memory", pair: [deno, deno] });
replaySuite({ client: "memory", pair: [bun, bun] });
