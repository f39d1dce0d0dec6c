import { bun, deno } from "../support/runtimes.ts";
import { hubsSuite } from "./hubs_suite.ts";

hubsSuite({ client: "nats", engine: "nats", pair: [bun, deno] });
