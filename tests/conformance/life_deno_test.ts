import { deno } from "../support/runtimes.ts";
import { lifeSuite } from "./life_suite.ts";

lifeSuite(deno);
