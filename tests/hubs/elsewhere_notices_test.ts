import { assertEquals, assertMatch } from "@std/assert";
import { ElsewhereNotices } from "../../src/hubs/elsewhere_notices.ts";

/** What is written to the console meanwhile. */
function shown(task: () => void): string[] {
  const { error } = console;
  const lines: string[] = [];
  console.error = (line: unknown) => lines.push(`${line}`);
  try {
    task();
  } finally {
    console.error = error;
  }
  return lines;
}

const GAP = { group: undefined, cause: "sequence", missed: 3 } as const;

Deno.test("users are told of states and gaps, and what they throw goes to the console", () => {
  const told: unknown[] = [];
  const notices = new ElsewhereNotices({
    onState: (...args) => {
      told.push(args);
      throw new Error("from onState");
    },
    onGap: (gap) => {
      told.push(gap);
      throw new Error("from onGap");
    },
    onBrokerError: undefined,
  });
  const lines = shown(() => {
    notices.state("down", "why");
    notices.gap(GAP);
  });
  assertEquals(told, [["down", "why"], GAP]);
  assertEquals(lines, ["Error: from onState", "Error: from onGap"]);
});

Deno.test("a loss that nobody wants to hear of is not silent, and neither is a fault", () => {
  const notices = new ElsewhereNotices({
    onState: undefined,
    onGap: undefined,
    onBrokerError: undefined,
  });
  const [all, group, fault] = shown(() => {
    notices.state("up", undefined);
    notices.gap(GAP);
    notices.gap({ group: 'a"b', cause: "slow", missed: undefined });
    notices.error(new Error("a fault"));
  });
  assertMatch(all!, /Lost 3 calls for all clients \(sequence\): see onGap/);
  assertMatch(group!, /Lost calls for the group "a\\"b" \(slow\): see onGap/);
  assertEquals(fault, "Error: a fault");
});

Deno.test("whoever wants to hear of what goes wrong does, whatever becomes of it", () => {
  const faults: unknown[] = [];
  const notices = new ElsewhereNotices({
    onState: () => Promise.reject(5),
    onGap: undefined,
    onBrokerError: (fault) => {
      faults.push(`${fault}`);
      throw new Error("from onBrokerError");
    },
  });
  const lines = shown(() => {
    notices.error("a fault");
    notices.gap(GAP);
  });
  assertEquals(faults, ["a fault", "Error: Lost 3 calls for all clients (sequence): see onGap"]);
  assertEquals(lines.length, 2);
});
