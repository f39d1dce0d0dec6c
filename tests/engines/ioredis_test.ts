import { bun, deno } from "../support/runtimes.ts";
import { engineSuite } from "./engine_suite.ts";

engineSuite({ client: "ioredis", engine: "redis", pair: [bun, deno] });
