import { deno } from "../support/runtimes.ts";
import { redisFaults } from "./cluster_faults.ts";

redisFaults({ client: "iovalkey cluster", mode: "live", pair: [deno, deno] });
