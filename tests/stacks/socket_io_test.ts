// Installed for Bun and Node, too.
import "npm:engine.io@6.6.12";
import "npm:socket.io@4.8.4";
import "npm:socket.io-client@4.8.4";
import { stackSuite } from "../support/stacks.ts";

stackSuite("socket.io", [
  "joined room",
  "127.0.0.1",
  [255, 2, 1],
  "hello",
  { list: [1, null, "ü"] },
  [7],
  true,
  "io server disconnect",
]);
