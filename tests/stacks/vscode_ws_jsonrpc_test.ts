// Installed for Bun and Node, too.
import "npm:vscode-ws-jsonrpc@3.5.0";
import { stackSuite } from "../support/stacks.ts";

stackSuite("vscode-ws-jsonrpc", [
  3,
  "Request fail failed with message: the fault",
  "you said yes to this?",
  [100_000, 100_000],
]);
