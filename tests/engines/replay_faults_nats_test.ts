import { bun, deno } from "../support/runtimes.ts";
import { replayFaults } from "./replay_faults.ts";

replayFaults({ client: "nats", engine: "nats", pair: [bun, deno] });
