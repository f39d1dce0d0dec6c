// Installed for Bun and Node, too.
import "npm:y-websocket@2.1.0";
import "npm:yjs@13.6.33";
import { stackSuite } from "../support/stacks.ts";

stackSuite("y-websocket", [1, 100_000, 0]);
