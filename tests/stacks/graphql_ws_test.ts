// Installed for Bun and Node, too.
import "npm:graphql@16.15.0";
import "npm:graphql-ws@6.4.2";
import { stackSuite } from "../support/stacks.ts";

const both = (...results: unknown[]) => [results, results];
const seen = [
  both({ hello: "world" }),
  both({ greetings: "hi" }, { greetings: "hallo" }, { greetings: "ciao" }),
  ['Cannot query field "nothing" on type "Query".'],
];

stackSuite("graphql-ws", { "/ws": seen, "/web": seen });
