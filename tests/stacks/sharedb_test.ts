// Installed for Bun and Node, too.
import "npm:@teamwork/websocket-json-stream@2.0.0";
import "npm:sharedb@7.0.0";
import { stackSuite } from "../support/stacks.ts";

stackSuite("sharedb", [
  ['[{"p":["count"],"na":1}]', '[{"p":["title"],"od":"","oi":"hello"}]'],
  { title: "hello", count: 42 },
  "ERR_DOC_ALREADY_CREATED",
]);
