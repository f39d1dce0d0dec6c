import { assertEquals } from "@std/assert";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import { clearRequestState, setRequestState } from "../../src/server/request_state.ts";
import { watchIfSlow } from "../../src/server/watch.ts";
import { handshakeRequest, memoryServer, nextTurn } from "../support/memory.ts";

/** A request whose pipeline takes so many microtasks; whether its client is watched. */
async function watchedAfter(hops: number): Promise<readonly [boolean, number]> {
  const watched: Request[] = [];
  const watch = (request: Request) => void watched.push(request);
  const adapter = Object.assign(new MemoryAdapter(), { watch });
  const { state: server } = memoryServer(() => new Response(), { adapter });
  const request = handshakeRequest();
  const state = setRequestState(request, server, undefined);
  watchIfSlow(adapter, request, state);
  for (let i = 0; i < hops; i++) await undefined;
  assertEquals(watched.every((seen) => seen === request), true);
  clearRequestState(request);
  await nextTurn();
  return [state.watched, watched.length];
}

Deno.test("a pipeline that answers within some microtasks is not watched, another is, once", async () => {
  assertEquals(await watchedAfter(0), [false, 0]);
  assertEquals(await watchedAfter(20), [false, 0]);
  assertEquals(await watchedAfter(200), [true, 1]);
});

Deno.test("whoever is watched is watched in the same turn, before the client can leave", async () => {
  let watched = 0;
  const adapter = Object.assign(new MemoryAdapter(), { watch: () => void watched++ });
  const { state: server } = memoryServer(() => new Response(), { adapter });
  const request = handshakeRequest();
  const turn = new Promise((resolve) => setTimeout(resolve)).then(() => watched);
  watchIfSlow(adapter, request, setRequestState(request, server, undefined));
  assertEquals([watched, await turn], [0, 1]);
});

Deno.test("a request that another server has taken over is not watched for the first one", async () => {
  let watched = 0;
  const adapter = Object.assign(new MemoryAdapter(), { watch: () => void watched++ });
  const { state: server } = memoryServer(() => new Response(), { adapter });
  const request = handshakeRequest();
  const state = setRequestState(request, server, undefined);
  watchIfSlow(adapter, request, state);
  setRequestState(request, server, undefined);
  await nextTurn();
  assertEquals([watched, state.watched], [0, false]);
});

Deno.test("a runtime that notices by itself is not asked", async () => {
  const adapter = new MemoryAdapter();
  const { state: server } = memoryServer(() => new Response(), { adapter });
  const request = handshakeRequest();
  const state = setRequestState(request, server, undefined);
  watchIfSlow(adapter, request, state);
  await nextTurn();
  assertEquals(state.watched, false);
});
