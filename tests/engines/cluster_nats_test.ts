import { bun, deno } from "../support/runtimes.ts";
import { natsFaults } from "./cluster_faults.ts";

natsFaults({ client: "nats", mode: "replay", pair: [deno, bun] });
