import { bun, deno } from "../support/runtimes.ts";
import { redisFaults } from "./cluster_faults.ts";

redisFaults({ client: "node-redis cluster", mode: "live", pair: [deno, bun] });
redisFaults({ client: "node-redis cluster", mode: "replay", pair: [bun, deno] });
