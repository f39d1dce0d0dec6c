// Installed for Bun and Node, too.
import "npm:capnweb@0.12.0";
import { stackSuite } from "../support/stacks.ts";

stackSuite("capnweb", ["hello hello ada", 3, "the fault", 1, 1, [3, 100_000]]);
