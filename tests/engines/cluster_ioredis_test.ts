import { bun, deno } from "../support/runtimes.ts";
import { redisFaults } from "./cluster_faults.ts";

redisFaults({ client: "ioredis cluster", mode: "live", pair: [bun, deno] });
