import { deno } from "../support/runtimes.ts";
import { faultsSuite } from "./faults_suite.ts";

faultsSuite(deno);
