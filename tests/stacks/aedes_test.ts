// Installed for Bun and Node, too.
import "npm:aedes@1.2.0";
import "npm:mqtt@5.16.0";
import { stackSuite } from "../support/stacks.ts";

stackSuite("aedes", [
  ["room/qos 0", "room/qos 1", "room/qos 2"],
  "room/large 500000",
  true,
  ["room/kept retained"],
  "room/will b is gone",
]);
