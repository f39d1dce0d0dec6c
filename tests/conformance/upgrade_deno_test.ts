import { deno } from "../support/runtimes.ts";
import { upgradeSuite } from "./upgrade_suite.ts";

upgradeSuite(deno);
