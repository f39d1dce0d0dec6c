import { assertEquals } from "@std/assert";
import type { HubMessage } from "../../src/wire/message.ts";
import { messagePackFields } from "../../src/wire/messagepack_fields.ts";

Deno.test("each message is the list that the specification says", () => {
  const headers = { a: "b" };
  const invocationId = "1";
  const lists: [HubMessage, unknown[]][] = [
    [{ type: 1, target: "a", arguments: [1] }, [1, {}, null, "a", [1]]],
    [{ type: 1, invocationId: "", target: "a", arguments: [] }, [1, {}, null, "a", []]],
    [
      { type: 1, headers, invocationId, target: "a", arguments: [], streamIds: ["2"] },
      [1, headers, "1", "a", [], ["2"]],
    ],
    [{ type: 4, headers, invocationId, target: "a", arguments: [] }, [4, headers, "1", "a", []]],
    [
      { type: 4, invocationId, target: "a", arguments: [], streamIds: ["2"] },
      [4, {}, "1", "a", [], ["2"]],
    ],
    [{ type: 2, invocationId, item: 5 }, [2, {}, "1", 5]],
    [{ type: 2, headers, invocationId, item: undefined }, [2, headers, "1", undefined]],
    [{ type: 3, invocationId, error: "no" }, [3, {}, "1", 1, "no"]],
    [{ type: 3, invocationId, error: "" }, [3, {}, "1", 1, ""]],
    [{ type: 3, headers, invocationId }, [3, headers, "1", 2]],
    [{ type: 3, invocationId, result: undefined }, [3, {}, "1", 3, undefined]],
    [{ type: 3, invocationId, result: 0 }, [3, {}, "1", 3, 0]],
    [{ type: 5, invocationId }, [5, {}, "1"]],
    [{ type: 5, headers, invocationId }, [5, headers, "1"]],
    [{ type: 6 }, [6]],
    [{ type: 7 }, [7, undefined, false]],
    [{ type: 7, error: "no", allowReconnect: true }, [7, "no", true]],
    [{ type: 8, sequenceId: 1 }, [8, 1]],
    [{ type: 9, sequenceId: 2 }, [9, 2]],
  ];
  for (const [message, list] of lists) assertEquals<unknown>(messagePackFields(message), list);
});
