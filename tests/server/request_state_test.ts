import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { VERSION } from "../../src/base/version.ts";
import { openingOf } from "../../src/handshake/opening.ts";
import {
  clearRequestState,
  isWrapped,
  requestState,
  setRequestState,
} from "../../src/server/request_state.ts";
import { handshakeRequest, memoryServer } from "../support/memory.ts";

const { state: server } = memoryServer(() => new Response());

Deno.test("a request carries what is known of it, until the pipeline has answered", () => {
  const request = handshakeRequest();
  assertEquals([isWrapped(request), requestState(request)], [false, undefined]);
  clearRequestState(request);
  assertEquals(Symbol.for("edgesocket") in request, false);
  const opening = openingOf(request);
  const state = setRequestState(request, server, opening);
  assertStrictEquals(requestState(request), state);
  assertStrictEquals(state.server, server);
  assertStrictEquals(state.opening, opening);
  assertEquals([isWrapped(request), state.watched, state.pending, state.hold], [
    true,
    false,
    undefined,
    undefined,
  ]);
  clearRequestState(request);
  assertEquals([isWrapped(request), requestState(request)], [false, undefined]);
});

Deno.test("a copy of a request carries nothing", () => {
  const request = handshakeRequest();
  setRequestState(request, server, undefined);
  assertEquals([isWrapped(request.clone()), isWrapped(new Request(request))], [false, false]);
});

Deno.test("a server of another version is told to be the same, and found all the same", () => {
  const request = handshakeRequest();
  const state = setRequestState(request, server, undefined);
  assertEquals(state.version, VERSION);
  Object.assign(state, { version: "0.0.1" });
  assertThrows(
    () => requestState(request),
    Error,
    `Cannot upgrade: expected edgesocket ${VERSION} everywhere, got 0.0.1`,
  );
  assertEquals(isWrapped(request), true);
  clearRequestState(request);
  assertEquals(requestState(request), undefined);
});

Deno.test("every copy of edgesocket in a process finds it at the same place", () => {
  const request = handshakeRequest();
  const state = setRequestState(request, server, undefined);
  const found = (request as unknown as Record<symbol, unknown>)[Symbol.for("edgesocket")];
  assertStrictEquals(found, state);
});
