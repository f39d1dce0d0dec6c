import { deno } from "../support/runtimes.ts";
import { conformance } from "./suite.ts";

conformance(deno);
