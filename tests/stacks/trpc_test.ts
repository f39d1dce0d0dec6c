// Installed for Bun and Node, too.
import "npm:@trpc/client@11.25.2";
import "npm:@trpc/server@11.25.2";
import { stackSuite } from "../support/stacks.ts";

stackSuite("trpc", [6, ["/one", "/two"], "the fault", ["hello", "ü", "xxxxx"]]);
