// The echo app on Deno: deno task start
import { start } from "../app.ts";

start();
