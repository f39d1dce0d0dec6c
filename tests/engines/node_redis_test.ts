import { bun, deno } from "../support/runtimes.ts";
import { engineSuite } from "./engine_suite.ts";

engineSuite({ client: "node-redis", engine: "redis", pair: [deno, bun] });
