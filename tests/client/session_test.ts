import { assertEquals } from "@std/assert";
import { type Session, tidy } from "../../src/client/session.ts";

Deno.test("links that were left are closed, once", () => {
  const closed: number[] = [];
  const link = (id: number) => ({
    waiting: 0,
    send() {},
    leave() {},
    close: () => void closed.push(id),
  });
  const session: Session = {
    connectionId: "id",
    url: new URL("http://localhost/hub?id=token"),
    way: "webSockets",
    replay: undefined,
    left: new Set([link(1), link(2)]),
  };
  tidy(session);
  tidy(session);
  assertEquals(closed, [1, 2]);
});
