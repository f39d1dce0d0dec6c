import { bun, deno } from "../support/runtimes.ts";
import { replaySuite } from "./replay_suite.ts";

replaySuite({ client: "nats", engine: "nats", pair: [deno, bun] });
