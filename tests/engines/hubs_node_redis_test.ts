import { bun, deno } from "../support/runtimes.ts";
import { hubsSuite } from "./hubs_suite.ts";

hubsSuite({ client: "node-redis", engine: "redis", pair: [deno, bun] });
