import { bun, deno } from "../support/runtimes.ts";
import { replayFaults } from "./replay_faults.ts";

replayFaults({ client: "node-redis", engine: "redis", pair: [deno, bun] });
