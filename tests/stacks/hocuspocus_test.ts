// Installed for Bun and Node, too.
import "npm:@hocuspocus/provider@3.4.4";
import "npm:@hocuspocus/server@3.4.4";
import "npm:y-protocols@1.0.7/sync";
import "npm:yjs@13.6.33";
import { stackSuite } from "../support/stacks.ts";

stackSuite("hocuspocus", [["synced", "synced", "not you"], 50_011]);
