/** Metrics, as Prometheus gets them, and the dashboard that shows them. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { root } from "../../support/command.ts";
import { fencesIn } from "../../support/examples.ts";
import { exposed, type Exposition, selectorsIn } from "../../support/prometheus.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import type { ProcessServer } from "../../support/process_server.ts";
import { addCase } from "../../support/suite.ts";

const SCRIPT = new URL("tests/fixtures/telemetry_server.ts", root);

/** The queries of the dashboard, by the titles of their panels. */
const dashboard = JSON.parse(
  Deno.readTextFileSync(new URL("examples/grafana/dashboard.json", root)),
);
interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}
const queries = (dashboard.panels as Panel[]).flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const)
);

/** Those of docs/operations.md, one for each alert. */
const page = Deno.readTextFileSync(new URL("docs/operations.md", root));
for (const { info, code } of fencesIn("docs/operations.md", page)) {
  if (info !== "promql") continue;
  for (const query of code.split("\n\n")) queries.push(["docs/operations.md", query]);
}

async function metricsOf(server: ProcessServer): Promise<Exposition> {
  return exposed(await (await server.request("/metrics")).text());
}

/** Looks again and again until it is so. */
async function until(
  server: ProcessServer,
  isSo: (metrics: Exposition) => boolean,
): Promise<Exposition> {
  for (let tries = 1;; tries++) {
    const metrics = await metricsOf(server);
    if (isSo(metrics)) return metrics;
    assert(tries < 500, JSON.stringify(metrics, null, 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Has something happen for each of the metrics. */
async function busy(server: ProcessServer): Promise<Exposition> {
  await (await server.request("/elsewhere")).text();
  using refused = await server.connect("/ws", { origin: "https://evil.example" });
  assertEquals(refused.status, 403);
  using talks = await server.open("/ws?room=client-named&token=client-named");
  talks.send("hello");
  assertEquals(await talks.message(), "hello");
  using fails = await server.open("/client-named");
  fails.send("throw");
  await fails.closed;
  using large = await server.open("/ws");
  large.send("x".repeat(101));
  await large.closed;
  const name = "edgesocket_server_connection_duration_count";
  return await until(server, (metrics) => (metrics.get(name)?.length ?? 0) === 2);
}

function telemetrySuite(runtime: WireRuntime): void {
  const test = (title: string, body: (server: ProcessServer) => Promise<void>): void =>
    addCase(runtime, title, async () => {
      await using server = await runtime.start({}, SCRIPT);
      await body(server);
      assertEquals(server.errors, "");
    });

  test("Prometheus gets what happened, with labels that no client names", async (server) => {
    const metrics = await busy(server);
    const value = (name: string, labels: Record<string, string> = {}) =>
      metrics.get(`edgesocket_${name}`)?.find((sample) =>
        Object.entries(labels).every(([label, text]) => sample.labels[label] === text)
      )?.value;
    assertEquals(value("server_active_connections"), 1);
    assertEquals(
      value("server_messages_total", { network_io_direction: "transmit" }),
      1,
    );
    assertGreater(value("server_io_total", { network_io_direction: "receive" }) ?? 0, 9);
    assertEquals(value("server_errors_total", { error_type: "RangeError" }), 1);
    assertEquals(value("server_limits_total", { edgesocket_limit: "payload-too-large" }), 1);
    const count = (cause: string) =>
      value("server_connection_duration_count", { edgesocket_close_cause: cause });
    assertEquals([count("handler-error"), count("payload-too-large")], [1, 1]);
    const handshakes = (status: string) =>
      value("server_handshake_duration_count", { http_response_status_code: status });
    assertEquals([handshakes("101"), handshakes("403")], [3, 1]);
    assertEquals([value("topics_active"), value("topics_subscriptions")], [1, 1]);
    const labels = [...metrics.values()].flat().map(({ labels }) => JSON.stringify(labels));
    assertEquals(labels.filter((label) => /client-named|evil|127\.0\.0\.1/.test(label)), []);
  });

  test("every query of the dashboard, and of the alerts, finds its metrics and their labels", async (server) => {
    await busy(server);
    using blocks = await server.open("/ws");
    blocks.send("block");
    const metrics = await until(
      server,
      (metrics) => metrics.has("edgesocket_event_loop_blocks_total"),
    );
    assertGreater(queries.length, 20);
    for (const [title, query] of queries) {
      const selectors = selectorsIn(query);
      assert(selectors.length > 0, `${title}: ${query}`);
      for (const { name, labels, grouped } of selectors) {
        const samples = metrics.get(name) ?? [];
        const matching = samples.filter((sample) =>
          labels.every(({ label, fits }) => fits(sample.labels[label] ?? ""))
        );
        assert(matching.length > 0, `${title}: nothing for ${name} in ${query}`);
        for (const label of grouped) {
          assert(
            label === "le" || matching.some((sample) => label in sample.labels),
            `${title}: ${name} has no ${label}`,
          );
        }
      }
    }
  });

  test("a handler that blocks for more than a second is told once, with its path", async (server) => {
    using client = await server.open("/ws?token=secret");
    for (let i = 0; i < 2; i++) {
      client.send("block");
      assertEquals(await client.message(), "block");
    }
    const metrics = await until(
      server,
      (metrics) => metrics.get("edgesocket_event_loop_blocks_total")?.[0]?.value === 2,
    );
    const told = server.all({ on: "blocked" });
    assertEquals(told.map(({ path }) => path), ["/ws"]);
    const slow = metrics.get("edgesocket_event_loop_delay_bucket")!;
    const at = (le: string) => slow.find(({ labels }) => labels.le === le)!.value;
    assertGreater(at("+Inf"), at("1"));
  });
}

for (const runtime of wireRuntimes) telemetrySuite(runtime);
