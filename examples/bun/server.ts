// The echo app on Bun: deno task start:bun, or bun examples/bun/server.ts
import { start } from "../app.ts";

start();
