import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { isNewer, PeerUsers } from "../../src/topics/peer_users.ts";
import { type Entry, lineOf, type PresenceMessage } from "../../src/topics/presence_wire.ts";

const A = "00000000000000aa";
const B = "00000000000000bb";

type Said = Extract<PresenceMessage, { version: number }>;

const entry = (id: string, stamp = 1, json = `"${id}"`): Entry => ({ id, stamp, json });
const gone = (id: string): Entry => ({ id, stamp: 0, json: "" });
const changes = (process: string, from: number, version: number, ...entries: Entry[]): Said => ({
  kind: "changes",
  process,
  version,
  from,
  lines: entries.map(lineOf),
});
const roster = (process: string, version: number, ...entries: Entry[]): Said => ({
  kind: "roster",
  process,
  version,
  part: 0,
  parts: 1,
  lines: entries.map(lineOf),
});

/** The users of others, with room for so many. */
function knowing(room = 100) {
  const touched: string[] = [];
  let newest = 0;
  const peers: PeerUsers = new PeerUsers({
    get full() {
      return peers.size >= room;
    },
    touch: (id) => void touched.push(id),
    seen: (stamp) => void (newest = Math.max(newest, stamp)),
  });
  const ids = () => [...new Set(peers.ids())].sort().join("");
  return { peers, touched, ids, newest: () => newest };
}

Deno.test("changes follow one another, and what is missing between them is noticed", () => {
  const { peers, ids, touched, newest } = knowing();
  assertEquals(peers.take(changes(A, 0, 3, entry("a", 5), entry("b"))), "current");
  assertEquals(peers.take(changes(A, 3, 4, gone("a"), entry("c"))), "current");
  assertEquals([ids(), peers.size, newest()], ["bc", 2, 5]);
  assertEquals(peers.take(changes(A, 3, 4, entry("x"))), "current");
  assertEquals(peers.take(changes(A, 5, 6, entry("x"))), "behind");
  assertEquals([ids(), [...peers.versions()]], ["bc", [[A, 4]]]);
  assertEquals(peers.take(roster(A, 6, entry("b"), entry("x"))), "current");
  assertEquals([ids(), peers.size], ["bx", 2]);
  assertEquals(peers.take(roster(A, 5, entry("old"))), "current");
  assertEquals(ids(), "bx");
  assertEquals(touched, [..."abac", ..."cbx"]);
});

Deno.test("one that had nobody before is known by what it says first", () => {
  const { peers, ids } = knowing();
  peers.take(changes(A, 0, 3, entry("a")));
  // It has forgotten the topic meanwhile, and that it had somebody.
  assertEquals(peers.take(changes(A, 0, 9, entry("b"))), "current");
  assertEquals([ids(), [...peers.processes()]], ["b", [A]]);
  assertEquals(peers.take(changes(B, 7, 8, entry("c"))), "behind");
  assertEquals([...peers.processes()], [A]);
});

Deno.test("versions tell who is behind", () => {
  const { peers } = knowing();
  const version = (at: number): Said => ({ kind: "version", process: A, version: at });
  const ask = (at: number): Said => ({
    kind: "ask",
    process: A,
    version: at,
    of: "",
    known: new Map(),
  });
  assertEquals([peers.take(version(0)), peers.take(ask(0))], ["current", "current"]);
  assertEquals([peers.take(version(1)), peers.take(ask(1))], ["behind", "behind"]);
  peers.take(changes(A, 0, 3, entry("a")));
  assertEquals([peers.take(version(3)), peers.take(version(2))], ["current", "current"]);
  // It knows nothing of whom it had.
  assertEquals(peers.take(ask(0)), "behind");
  assertEquals(peers.take(roster(A, 4)), "current");
  assertEquals([peers.take(ask(0)), peers.size], ["current", 0]);
});

Deno.test("a roster in parts counts when all of them are there, in whatever order", () => {
  const { peers, ids } = knowing();
  const part = (version: number, part: number, ...entries: Entry[]): Said => ({
    ...roster(A, version, ...entries) as Extract<Said, { kind: "roster" }>,
    part,
    parts: 3,
  });
  assertEquals(peers.take(part(5, 0, entry("a"))), "part");
  assertEquals(peers.take(part(5, 2, entry("c"))), "part");
  assertEquals(peers.take(part(5, 2, entry("c"))), "part");
  // A part of another one is none of this one.
  assertEquals(peers.take(part(6, 1, entry("x"))), "part");
  assertEquals([ids(), peers.take(part(6, 0, entry("y")))], ["", "part"]);
  assertEquals([peers.take(part(6, 2)), ids()], ["current", "xy"]);
});

Deno.test("what is none of ours changes nothing", () => {
  const { peers, ids } = knowing();
  peers.take(changes(A, 0, 1, entry("a")));
  for (const lines of [["x"], ['1\t"b"\t{'], ['1\t"b"\t', ""]]) {
    assertEquals(
      peers.take({ kind: "changes", process: A, version: 2, from: 1, lines }),
      "foreign",
    );
  }
  assertEquals([ids(), [...peers.versions()]], ["a", [[A, 1]]]);
});

Deno.test("of two values the newer one is shown, and of two at a time the same one everywhere", () => {
  const { peers } = knowing();
  peers.take(changes(A, 0, 1, entry("u", 4, '"from a"')));
  peers.take(changes(B, 0, 1, entry("u", 3, '"from b"')));
  assertEquals([peers.get("u")?.json, peers.get("nobody")], ['"from a"', undefined]);
  peers.take(changes(B, 1, 2, entry("u", 4, '"from b"')));
  assertEquals(peers.get("u"), { id: "u", stamp: 4, json: '"from b"', process: B });
  const [one, other] = [{ ...entry("u", 2), process: A }, { ...entry("u", 2), process: B }];
  assertEquals([isNewer(one, other), isNewer(other, one), isNewer(one, one)], [false, true, false]);
});

Deno.test("a process that has gone takes its users along", () => {
  const { peers, ids, touched } = knowing();
  peers.take(changes(A, 0, 1, entry("a")));
  peers.take(changes(B, 0, 1, entry("b")));
  assertEquals([peers.delete(A), peers.delete(A)], [true, false]);
  assertEquals([ids(), peers.get("a"), peers.size, touched], ["b", undefined, 1, [..."aba"]]);
  assertEquals([...peers.versions()], [[B, 1]]);
});

Deno.test("there is an end to how many are known, and whoever is cut is asked again", () => {
  const { peers, ids } = knowing(2);
  assertEquals(peers.take(changes(A, 0, 1, entry("a"), entry("b"), entry("c"))), "current");
  assertEquals([ids(), peers.cut, peers.size, [...peers.versions()]], ["ab", true, 2, []]);
  // Whoever is known already may change.
  peers.take(changes(A, 1, 2, entry("a", 2, '"new"'), gone("b"), gone("c")));
  assertEquals([peers.get("a")?.json, peers.cut], ['"new"', true]);
  assertEquals(peers.take(roster(A, 2, entry("a"), entry("d"))), "current");
  assertEquals([ids(), peers.cut, [...peers.versions()]], ["ad", false, [[A, 2]]]);
});

/** One process, and what its users were at each of its versions. */
class Model {
  readonly process: string;
  readonly past = new Map<number, ReadonlyMap<string, string>>([[0, new Map()]]);
  readonly said: Said[] = [];
  #users = new Map<string, string>();
  #at = 0;
  #count = 0;

  constructor(process: string) {
    this.process = process;
  }

  get at(): number {
    return this.#at;
  }

  do(step: Step): void {
    const from = this.#at;
    if (step.do === "forget") {
      // As a process does some time after the last of its users has left.
      if (this.#users.size === 0) this.#at = 0;
      return;
    }
    if (step.do === "tell") return void this.said.push(this.roster());
    this.#at = ++this.#count;
    const entries: Entry[] = [];
    for (const id of step.ids) {
      const value = `"${this.#count}"`;
      if (step.do === "join") {
        this.#users.set(id, value);
        entries.push({ id, stamp: this.#count, json: value });
      } else if (this.#users.delete(id)) entries.push(gone(id));
    }
    this.past.set(this.#at, new Map(this.#users));
    this.said.push(changes(this.process, from, this.#at, ...entries));
  }

  roster(): Said {
    if (this.#at === 0) {
      this.#at = ++this.#count;
      this.past.set(this.#at, new Map(this.#users));
    }
    const entries = [...this.#users].map(([id, json]) => ({ id, stamp: this.#count, json }));
    return roster(this.process, this.#at, ...entries);
  }
}

interface Step {
  readonly do: "join" | "leave" | "forget" | "tell";
  readonly ids: readonly string[];
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom("join", "leave", "forget", "tell"),
  ids: fc.uniqueArray(fc.constantFrom(..."abcde"), { minLength: 1 }),
});

Deno.test("whatever is lost, comes twice or in another order: what is known is what was so once", () => {
  const deliveries = fc.array(fc.nat(), { maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 25 }),
      fc.array(step),
      deliveries,
      (one, two, order) => {
        const { peers } = knowing();
        const models = [new Model(A), new Model(B)];
        one.forEach((step) => models[0]!.do(step));
        two.forEach((step) => models[1]!.do(step));
        const said = models.flatMap((model) => model.said);
        const check = () => {
          const versions = peers.versions();
          const shown = new Map<string, string[]>();
          for (const { process, past } of models) {
            const then = past.get(versions.get(process) ?? 0);
            assert(then, `no version ${versions.get(process)} of ${process}`);
            for (const [id, json] of then) shown.set(id, [...shown.get(id) ?? [], json]);
          }
          assertEquals([...new Set(peers.ids())].sort(), [...shown.keys()].sort());
          for (const [id, values] of shown) assert(values.includes(peers.get(id)!.json));
          assertEquals(peers.size, [...shown.values()].flat().length);
        };
        for (const index of order) {
          if (said.length > 0) peers.take(said[index % said.length]!);
          check();
        }
        // All are asked: whoever is elsewhere than is known sends its roster.
        for (const model of models) {
          const known = peers.versions().get(model.process);
          if (known === undefined && model.at === 0) continue;
          if (known !== model.at) assertEquals(peers.take(model.roster()), "current");
          assertEquals(peers.versions().get(model.process), model.at);
        }
        check();
      },
    ),
    { numRuns: 1_000 },
  );
});
