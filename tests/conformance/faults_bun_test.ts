import { bun } from "../support/runtimes.ts";
import { faultsSuite } from "./faults_suite.ts";

faultsSuite(bun);
