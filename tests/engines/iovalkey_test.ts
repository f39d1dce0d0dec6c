import { deno } from "../support/runtimes.ts";
import { engineSuite } from "./engine_suite.ts";

engineSuite({ client: "iovalkey", engine: "redis", pair: [deno, deno] });
