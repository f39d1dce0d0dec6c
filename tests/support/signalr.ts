/** What Microsoft's client does with a hub: `scenario` in tests/fixtures/. */
export const SCENARIO = new URL("../fixtures/signalr_scenario.mjs", import.meta.url);

const failed = (name: string) => `An unexpected error occurred invoking '${name}' on the server.`;

/** What it has to see, whatever runs the hub and the client, in either encoding. */
export const scenarioResults = {
  identity: ["ada", true, null],
  calls: [5, { list: [1, null, "ü\u001e€😀"], yes: true }, null, null],
  errors: [
    "Unknown hub method 'unknown'",
    "Unknown hub method '__proto__'",
    "Unknown hub method 'constructor'",
    failed("fail"),
    `${failed("refuse")} HubException: because I say so`,
    "Failed to invoke 'add' due to an error on the server.",
    "Failed to invoke 'add' due to an error on the server.",
    "The client attempted to invoke the streaming 'count' method with a non-streaming invocation.",
  ],
  streams: [
    [0, 1, 2, "complete"],
    [0, 1, 2, "disposed"],
    [1, "An error occurred on the server while streaming results."],
    [1, "An error occurred on the server while streaming results. HubException: no more"],
    ["The client attempted to invoke the non-streaming 'add' method with a streaming invocation."],
    ["Unknown hub method 'unknown'"],
  ],
  uploads: [6, "ab-c", `${failed("sum")} HubException: no more numbers`, [
    1,
    "two",
    { three: [3] },
    "complete",
  ]],
  unanswered: `${failed("ask")} HubException: Client didn't provide a result.`,
  answers: ["really? yes", "both? yes and both? yes", `${failed("ask")} HubException: Error: no`],
  told: [
    [["everybody", 1], ["everybody", 1], ["everybody", 1]],
    ["but ada", 2],
    ["but ada", 2],
    ["room", 3],
    ["room", 3],
    ["room", 4],
    ["bob", 5],
    ["bob", 5],
    ["room", 6],
    7,
    [["the end", 8], ["the end", 8], ["the end", 8]],
  ],
  burst: true,
  large: true,
  tooLarge: "Server returned an error on close: Connection closed with an error.",
  aborted: "undefined",
  stopped: "Disconnected",
};
