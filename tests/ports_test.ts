/** Programs that tests start on a port of their own get one, although others look for ports too. */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { hasEngine, TestEngine } from "./support/engines.ts";
import { isMissing } from "./support/missing.ts";
import { Nginx, nginxVersion } from "./support/nginx.ts";
import { freePort, onFreePort, PortTaken } from "./support/port.ts";

/** A port on which somebody else listens. */
function takenPort(): { port: number } & Disposable {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return { port: listener.addr.port, [Symbol.dispose]: () => listener.close() };
}

/** The port that is taken, and then others, which it keeps. */
function takenFirst(port: number): { pick: () => number; picked: number[] } {
  const picked: number[] = [];
  const pick = () => {
    picked.push(picked.length === 0 ? port : freePort());
    return picked.at(-1)!;
  };
  return { pick, picked };
}

Deno.test("a start whose port was taken is tried again on another one", async () => {
  const tried: number[] = [];
  const started = await onFreePort((port) => {
    tried.push(port);
    return tried.length < 5 ? Promise.reject(new PortTaken()) : Promise.resolve(port);
  });
  assertEquals([tried.length, tried.at(-1)], [5, started]);
});

Deno.test("it is tried five times, and once if it fails for another reason", async () => {
  for (const [fault, times] of [[new PortTaken("said"), 5], [new Error("other"), 1]] as const) {
    let tries = 0;
    const error = await assertRejects(
      () =>
        onFreePort(() => {
          tries++;
          return Promise.reject(fault);
        }),
      Error,
    );
    assertStrictEquals(error, fault);
    assertEquals(tries, times);
  }
});

Deno.test("free ports are below those that systems hand out, and others each time", () => {
  const ports = Array.from({ length: 50 }, () => freePort());
  for (const port of ports) assert(port >= 20_000 && port < 30_000, `${port}`);
  // Two runs on one machine do not try the same ones in turn.
  assert(new Set(ports).size > 40);
});

for (const name of ["redis", "nats"] as const) {
  const ignore = !hasEngine(name);
  if (ignore) isMissing(`${name}-server`);

  Deno.test({
    name: `${name} starts on another port if somebody listens on the first`,
    ignore,
    async fn() {
      using others = takenPort();
      const { pick, picked } = takenFirst(others.port);
      await using engine = await TestEngine.create(name, { pick });
      assertEquals([picked.length, engine.port], [2, picked[1]]);
      (await Deno.connect({ port: engine.port, hostname: "127.0.0.1" })).close();
    },
  });

  Deno.test({
    name: `${name} that is known by its port keeps it, or says that it is taken`,
    ignore,
    async fn() {
      const others = takenPort();
      await using engine = await TestEngine.create(name, { away: true, pick: () => others.port });
      try {
        await assertRejects(() => engine.start(), PortTaken);
      } finally {
        others[Symbol.dispose]();
      }
      for (let times = 0; times < 2; times++) {
        await engine.start();
        (await Deno.connect({ port: engine.port, hostname: "127.0.0.1" })).close();
        await engine.kill();
      }
    },
  });
}

const nginx = { ignore: nginxVersion() === undefined };
if (nginx.ignore) isMissing("nginx");

Deno.test({
  name: "nginx starts on another port if somebody listens on the first",
  ...nginx,
  async fn() {
    using others = takenPort();
    let times = 0;
    await using nginx = await Nginx.run((port, folder) => {
      const own = times++ === 0 ? others.port : port;
      return `daemon off; master_process off; pid nginx.pid; events {}
        http { access_log off; ${Nginx.temporary(folder)}
          server { listen 127.0.0.1:${own}; return 204; } }`;
    });
    assertEquals([times, (await fetch(`http://127.0.0.1:${nginx.port}/`)).status], [2, 204]);
  },
});

Deno.test({
  name: "a program that ends for another reason is not started again, and its words are told",
  ...nginx,
  async fn() {
    let times = 0;
    const { message } = await assertRejects(() =>
      Nginx.run(() => {
        times++;
        return "no such directive;";
      }), Error);
    assertEquals([times, message.includes('unknown directive "no"')], [1, true]);
  },
});
