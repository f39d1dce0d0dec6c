import { bun, deno } from "../support/runtimes.ts";
import { hubsSuite } from "./hubs_suite.ts";

hubsSuite({ client: "ioredis", engine: "redis", pair: [bun, deno] });
