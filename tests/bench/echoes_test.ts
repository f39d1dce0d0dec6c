import { assertEquals, assertThrows } from "@std/assert";
import { Cycle, Echoes } from "../../bench/load/cycle.ts";
import { FrameCounter, masked, TEXT, unmasked } from "../../bench/load/frames.ts";

const SHAPE = { size: 64, binary: false };

/** The payload of a client's frame below 126 bytes. */
function payloadOf(frame: Uint8Array): string {
  const [mask, hidden] = [frame.subarray(2, 6), frame.subarray(6)];
  return new TextDecoder().decode(hidden.map((byte, index) => byte ^ mask[index % 4]!));
}

Deno.test("messages of a cycle differ, and its echoes are theirs", () => {
  const cycle = new Cycle(SHAPE, 16);
  const sent = Array.from({ length: cycle.length }, (_, n) => payloadOf(cycle.messages(n, 1)));
  assertEquals(new Set(sent).size, cycle.length);
  assertEquals(sent[3]!.length, 64);
  const echo = cycle.echo.subarray(3 * cycle.echoSize, 4 * cycle.echoSize);
  assertEquals(new TextDecoder().decode(echo.subarray(2)), sent[3]);
  // Runs go on beyond the end, from the beginning.
  const run = cycle.messages(cycle.length - 1, 2);
  assertEquals(payloadOf(run.subarray(run.length / 2)), sent[0]);
});

Deno.test("echoes count where their last byte comes, however the stream is cut", () => {
  for (const size of [1, 7, 66, 67, 1000]) {
    const cycle = new Cycle(SHAPE, 16);
    const echoes = new Echoes(cycle, 5);
    const stream = [...cycle.echo.subarray(5 * cycle.echoSize), ...cycle.echo];
    let count = 0;
    for (let at = 0; at < stream.length; at += size) {
      count += echoes.count(Uint8Array.from(stream.slice(at, at + size)));
    }
    assertEquals(count, 2 * cycle.length - 5, `pieces of ${size}`);
  }
});

Deno.test("echoes of large messages are compared beyond the end of a cycle", () => {
  const cycle = new Cycle({ size: 16 * 1024, binary: true }, 4);
  const echoes = new Echoes(cycle, 0);
  const twice = new Uint8Array(2 * cycle.echo.length);
  twice.set(cycle.echo);
  twice.set(cycle.echo, cycle.echo.length);
  assertEquals(echoes.count(twice), 2 * cycle.length);
});

Deno.test("what is not an echo is not counted: changed, lost, swapped, of another kind", () => {
  const cycle = new Cycle(SHAPE, 16);
  const frame = (n: number) => cycle.echo.subarray(n * cycle.echoSize, (n + 1) * cycle.echoSize);
  const changed = Uint8Array.from(frame(0));
  changed[65]! ^= 1;
  const binary = Uint8Array.from(frame(0));
  binary[0] = 0x82;
  const [lost, ping] = [frame(1), Uint8Array.of(0x89, 0)];
  for (const bytes of [changed, lost, binary, ping]) {
    assertThrows(() => new Echoes(cycle, 0).count(bytes), Error, "Cannot count an echo");
  }
  const echoes = new Echoes(cycle, 0);
  assertEquals(echoes.count(frame(0)), 1);
  assertThrows(() => echoes.count(frame(2)), Error, "expected number 1 of");
});

Deno.test("a message that is sent several times has to come as often", () => {
  const cycle = new Cycle(SHAPE, 1, 3);
  const echoes = new Echoes(cycle, 2);
  const first = unmasked(TEXT, new TextEncoder().encode(payloadOf(cycle.messages(2, 1))));
  for (let copy = 0; copy < 3; copy++) assertEquals(echoes.count(first), 1);
  assertThrows(() => echoes.count(first), Error, "Cannot count an echo");
});

Deno.test("frames are counted by their headers, whatever their length, pings and closes aside", () => {
  const payloads = [0, 125, 126, 65_535, 65_536].map((size) => new Uint8Array(size));
  const stream = [
    ...payloads.map((payload) => unmasked(TEXT, payload)),
    unmasked(0x9, new Uint8Array()),
    unmasked(0x8, Uint8Array.of(3, 232)),
  ].flatMap((frame) => [...frame]);
  for (const size of [1, 4096, stream.length]) {
    const frames = new FrameCounter();
    let count = 0;
    for (let at = 0; at < stream.length; at += size) {
      count += frames.count(Uint8Array.from(stream.slice(at, at + size)));
    }
    assertEquals([count, frames.pings, frames.closed], [payloads.length, 1, true]);
  }
  assertEquals(masked(TEXT, new Uint8Array(3)).length, 2 + 4 + 3);
});
