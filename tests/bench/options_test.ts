import { assert, assertEquals, assertThrows } from "@std/assert";
import { isWhole, parseOptions, takes } from "../../bench/options.ts";

Deno.test("without arguments it is the whole bench, with pairs enough to be published", () => {
  const options = parseOptions([]);
  assertEquals([options.suites, options.pairs, options.core], [[], 15, 0.85]);
  assert(isWhole(options));
});

Deno.test("whatever makes figures that mean less is not published", () => {
  const less = [
    ...["--quick", "--pairs=14", "--only=echo", "--base=HEAD", "--core=50"],
    "--generator=ws",
  ];
  for (const arg of less) assert(!isWhole(parseOptions([arg])), arg);
  for (const arg of ["core", "--pairs=30", "--check", "--core=95", "--resume", "--time=30"]) {
    assert(isWhole(parseOptions([arg])), arg);
  }
});

Deno.test("arguments are read", () => {
  const args = ["core", "fan-out", "--pairs=3", "--time=0.5", "--only=echo,bun", "--base=v1=2"];
  const options = parseOptions([...args, "--check", "--generator=ws"]);
  assertEquals(options.suites, ["core", "fan-out"]);
  assertEquals([options.pairs, options.time, options.check], [3, 0.5, true]);
  assertEquals([options.only, options.base, options.generator], [["echo", "bun"], "v1=2", "ws"]);
});

Deno.test("the model is of topics, and of nothing else", () => {
  assertEquals([parseOptions(["topics", "--model"]).model, parseOptions(["topics"]).model], [
    true,
    false,
  ]);
  const rounds = (...args: string[]) => parseOptions(["topics", "--model", ...args]).rounds;
  assertEquals([rounds(), rounds("--quick"), rounds("--rounds=5")], [2, 1, 5]);
  for (const args of [["--model"], ["core", "--model"], ["topics", "core", "--model"]]) {
    assertThrows(() => parseOptions(args), TypeError, "expected the suite topics");
  }
});

Deno.test("what is unknown or out of range is refused", () => {
  for (const arg of ["cor", "--round=3", "--check=1", "--pairs", "--generator=tcp"]) {
    assertThrows(() => parseOptions([arg]), TypeError, "Cannot use");
  }
  for (const arg of ["--pairs=0", "--pairs=x", "--time=0", "--core=100", "--rounds=0"]) {
    assertThrows(() => parseOptions([arg]), RangeError, "expected");
  }
});

Deno.test("a name takes itself, or those that begin with it; names of one kind say nothing of the other", () => {
  const servers = ["bun-raw", "bun-edgesocket", "bun-edgesocket-hono", "deno-raw"];
  const workloads = ["echo", "memory"];
  const taken = (only: string, all: readonly string[]) =>
    all.filter((id) => takes(parseOptions([`--only=${only}`]), id, all));
  assertEquals(taken("bun", servers), servers.slice(0, 3));
  assertEquals(taken("bun-edgesocket", servers), ["bun-edgesocket"]);
  assertEquals(taken("bun", workloads), workloads);
  assertEquals(taken("echo,deno", workloads), ["echo"]);
  assertEquals(taken("echo,deno", servers), ["deno-raw"]);
});
