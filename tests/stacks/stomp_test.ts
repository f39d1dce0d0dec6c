// Installed for Bun and Node, too.
import "npm:@stomp/stompjs@7.5.0";
import "npm:stomp-broker-js@1.3.0";
import { stackSuite } from "../support/stacks.ts";

stackSuite("stomp-broker-js", ["1.1", ["hello", "xxxxxxx", "the end"]]);
