import { assertEquals } from "@std/assert";
import { connectionLimit, LIMITS_FILE } from "../../src/adapters/open_files.ts";

/** A part of what Linux says of a process, with this limit on open files. */
const limits = (soft: string) =>
  `Limit                     Soft Limit           Hard Limit           Units     
Max processes             5000                 5000                 processes 
Max open files            ${soft.padEnd(21)}1048576              files     
Max locked memory         8388608              8388608              bytes     
`;

Deno.test("nine tenths of the open files, less 64, are for connections, and one at least", () => {
  for (
    const [soft, connections] of [["1024", 857], ["1000000", 899_936], ["72", 1], ["73", 1], [
      "74",
      2,
    ], ["1", 1]] as const
  ) assertEquals(connectionLimit(limits(soft)), connections, soft);
});

Deno.test("a process without a limit may have any number, and of an unknown one ten thousand", () => {
  assertEquals(connectionLimit(limits("unlimited")), Infinity);
  for (const unknown of [undefined, "", "Max processes 5000"]) {
    assertEquals(connectionLimit(unknown), 10_000);
  }
});

Deno.test("Linux says it where we look, as the shell does [needs /proc]", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const command = `ulimit -Sn 500; cat ${LIMITS_FILE}`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", command] }).output();
  assertEquals(connectionLimit(new TextDecoder().decode(stdout)), 386);
});
