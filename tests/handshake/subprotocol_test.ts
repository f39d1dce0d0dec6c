import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { parseSubprotocols, subprotocolRule } from "../../src/handshake/subprotocol.ts";
import { upgradeWebSocket } from "../../src/hono.ts";
import { openingWith } from "../support/opening.ts";
import { assertLinear } from "../support/linear.ts";

/** RFC 7230 §3.2.6, told a second time. */
const TCHARS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const token = fc.string({ unit: fc.constantFrom(...TCHARS), minLength: 1, maxLength: 8 });
const space = fc.string({ unit: fc.constantFrom(" ", "\t"), maxLength: 3 });

function choose(options: Parameters<typeof subprotocolRule>[0], header?: string) {
  const headers = header === undefined ? {} : { "sec-websocket-protocol": header };
  const choice = subprotocolRule(options)(openingWith("http://x/", headers));
  // What was offered in vain is told with "", which is all that most tests ask for.
  return "protocol" in choice ? { protocol: choice.protocol } : choice;
}

Deno.test("what is offered in vain is told, so that somebody can say so", () => {
  const rule = subprotocolRule({ protocols: ["chat"] });
  const offers = (header: string) =>
    rule(openingWith("http://x/", { "sec-websocket-protocol": header }));
  assertEquals(offers("soap"), { protocol: "", offered: "soap" });
  assertEquals(offers("soap, chat"), { protocol: "chat" });
  assertEquals(rule(openingWith("http://x/", {})), { protocol: "" });
});

Deno.test("every list of distinct tokens is read, whatever the space between", () => {
  const element = fc.tuple(space, token, space);
  fc.assert(
    fc.property(
      fc.uniqueArray(element, { selector: ([, name]) => name, maxLength: 8 }),
      (elements) => {
        const header = elements.map((parts) => parts.join("")).join(",");
        assertEquals(parseSubprotocols(header), elements.map(([, name]) => name));
      },
    ),
    { numRuns: 5_000 },
  );
});

Deno.test("nothing but distinct tokens is read, and nothing throws", () => {
  const unit = fc.constantFrom(
    "a",
    "b",
    ",",
    " ",
    "\t",
    "\u00a0",
    "\u3000",
    '"',
    "/",
    "=",
    ";",
    "\0",
    "é",
    "-",
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit, maxLength: 20 }), fc.string()), (header) => {
      const offered = parseSubprotocols(header);
      if (offered === undefined) return;
      assertEquals(new Set(offered).size, offered.length);
      for (const name of offered) {
        assert([...name].every((char) => TCHARS.includes(char)) && name !== "", name);
      }
      const left = [...header].filter((char) => !", \t".includes(char)).join("");
      assertEquals(left, offered.join(""), "nothing is passed over but commas and space");
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("the server's order of preference decides, and only offered ones are chosen", () => {
  // So few names that most of them are on both sides.
  const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "A"));
  fc.assert(
    fc.property(names, names, (protocols, offered) => {
      const choice = choose({ protocols }, offered.join(", "));
      const expected = protocols.find((name) => offered.includes(name)) ?? "";
      assertEquals(choice, { protocol: expected });
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("without a common subprotocol there is none, or a refusal", () => {
  assertEquals(choose({ protocols: ["a"] }, "b"), { protocol: "" });
  assertEquals(choose({ protocols: ["a"] }), { protocol: "" });
  for (const header of ["b", "A", undefined]) {
    assert("refusal" in choose({ protocols: ["a"], requireProtocol: true }, header));
  }
});

Deno.test("a function chooses one of those offered, or an error says what it returned", () => {
  assertEquals(choose({ protocols: (offered) => offered.at(-1) }, "a,b"), { protocol: "b" });
  assertEquals(choose({ protocols: () => undefined }, "a"), { protocol: "" });
  const asked: unknown[] = [];
  const protocols = (...words: unknown[]) => {
    asked.push(...words);
    return undefined;
  };
  const opening = openingWith("http://x/", { "sec-websocket-protocol": "a, b" });
  subprotocolRule({ protocols })(opening);
  assertEquals(asked, [["a", "b"], opening.request]);
  assertThrows(() => choose({ protocols: () => "c" }, "a"), TypeError, '"c"');
  assertThrows(() => choose({ protocols: (() => Promise.resolve("a")) as never }, "a"), TypeError);
});

for (const bad of [["a b"], [""], ["a,b"], ["é"], ["a", "a"], [5], "a", 5]) {
  Deno.test(`the option protocols: ${JSON.stringify(bad)} throws when the route is set up`, () => {
    assertThrows(
      () => upgradeWebSocket(() => ({}), { protocols: bad as never }),
      TypeError,
      "protocols",
    );
  });
}

Deno.test("reading a list takes linear time on hostile input", () => {
  for (const hostile of [" ", ",", ", ", "a", "a,", "\t "]) {
    assertLinear(
      `list of "${hostile}"`,
      (times) => parseSubprotocols(`a${hostile.repeat(times)}x y`),
    );
  }
});

Deno.test("a refusal says what was expected, and nothing of what the client offers", () => {
  const options = { protocols: ["a"], requireProtocol: true };
  assertEquals(choose({}, "a b"), {
    refusal: "expected distinct tokens in Sec-WebSocket-Protocol, got something else",
  });
  assertEquals(choose({ protocols: ["a"] }, "a, a"), {
    refusal: "expected distinct tokens in Sec-WebSocket-Protocol, got something else",
  });
  assertEquals(choose(options, "b"), {
    refusal: "expected a subprotocol that this server speaks, got none of them",
  });
  assertEquals(choose(options), {
    refusal: "expected a subprotocol that this server speaks, got none of them",
  });
});

Deno.test("a function is not asked where nothing is offered, and that is no subprotocol", () => {
  let asked = 0;
  const protocols = () => {
    asked++;
    return undefined;
  };
  assertEquals(choose({ protocols }), { protocol: "" });
  assertEquals(choose({ protocols }, ", ,"), { protocol: "" });
  assert("refusal" in choose({ protocols, requireProtocol: true }));
  assert("refusal" in choose({ protocols, requireProtocol: true }, ","));
  assertEquals(asked, 0);
});

Deno.test("a list of subprotocols that is changed afterwards changes no rule", () => {
  const protocols = ["a"];
  const rule = subprotocolRule({ protocols });
  protocols[0] = "b";
  const opening = openingWith("http://x/", { "sec-websocket-protocol": "a" });
  assertEquals(rule(opening), { protocol: "a" });
});

Deno.test("requireProtocol that is neither true nor false throws", () => {
  assertThrows(
    () => subprotocolRule({ requireProtocol: 1 as never }),
    TypeError,
    "requireProtocol",
  );
});
