import { deno } from "../support/runtimes.ts";
import { hubsSuite } from "./hubs_suite.ts";

hubsSuite({ client: "iovalkey", engine: "redis", pair: [deno, deno] });
