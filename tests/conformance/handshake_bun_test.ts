import { bun } from "../support/runtimes.ts";
import { handshakeSuite } from "./handshake_suite.ts";

handshakeSuite(bun);
