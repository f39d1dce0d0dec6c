import { bun, deno } from "../support/runtimes.ts";
import { engineSuite } from "./engine_suite.ts";

engineSuite({ client: "nats", engine: "nats", pair: [bun, deno] });
