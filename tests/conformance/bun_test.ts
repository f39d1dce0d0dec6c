import { bun } from "../support/runtimes.ts";
import { conformance } from "./suite.ts";

conformance(bun);
