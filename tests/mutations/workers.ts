import type { Mutations } from "./mutation.ts";

/** Changes to src/workers/. */
export const workers: Mutations = {
  "hono_workers.ts": [
    ["a route needs a handler", "aloneInWorkers(upgrade as never)", "(upgrade as never)"],
    [
      "one with defaults needs a handler",
      "aloneInWorkers(createUpgrade(defaults) as never)",
      "(createUpgrade(defaults) as never)",
    ],
    ["defaults are lost", "createUpgrade(defaults)", "createUpgrade({})"],
  ],
  "workers/alone.ts": [
    ["whoever is inside of a handler is alone", "isWrapped(raw) || ", "", {
      equivalent: "a handler inside of another one passes on everything, and only costs time",
    }],
    ["other runtimes are Workers", "|| !isWorkers() ", ""],
    ["pages go to a handler", '|| !raw.headers.has("upgrade")) return', ") return", {
      equivalent: "a handler passes on pages as they are, and only costs time",
    }],
    ["what a route throws is lost", "if (fault) throw fault.error;", ""],
    ["Hono merges it in again", "c.res = undefined as unknown as Response;", "", {
      equivalent: "Hono 4.0 loses a Set-Cookie then, and newer ones do not",
    }],
    ["Hono does not get it", "  c.res = response;\n", ""],
    ["nobody can wait", "return c.executionCtx;", "return undefined;"],
    [
      "nobody may be without it",
      "  } catch {\n    return undefined;",
      "  } catch (error) {\n    throw error;",
    ],
  ],
  "workers/awakened.ts": [
    ["whatever is made will do", '|| "then" in made', ""],
    ["nothing will do", "|| made === null ", ""],
    ["messages are lost", '["onMessage", "onClose", "onError"]', '["onClose", "onError"]'],
    ["every handler is there", "if (made[name] === undefined) continue;", ""],
  ],
  "workers/durable.ts": [
    ["an object with create is none", "app?.create?.bind(app)", "undefined"],
    ["the bindings are lost", "this.#env = env;", ""],
    ["nothing sleeps", "new WorkersAdapter(hibernate !== undefined)", "new WorkersAdapter()", {
      equivalent: "a timer keeps the object awake: tests on workerd see it",
    }],
    ["nobody keeps", "adapter.keeper = this.#hibernation;", ""],
    ["nobody wakes", "this.#hibernation.wake();", ""],
    ["objects count together", "limit.anew?.() ?? limit", "limit"],
    ["an alarm reaches nobody", "const made = this.made = create", "const made = create"],
    ["pings wake", "if (autoResponse) {", "if (false) {"],
    [
      "events do not get what was made",
      "events(connection, made as never)",
      "events(connection, {} as never)",
    ],
    [
      "a hub sleeps",
      "hibernate === undefined ? fetchOf(made) : ownEvents(fetchOf(made))",
      "fetchOf(made)",
    ],
    ["a message gets nowhere", "this.#hibernation?.received(socket, message);", ""],
    ["an end gets nowhere", "this.#hibernation?.ended(socket, code, reason, wasClean);", ""],
    ["a failure gets nowhere", "this.#hibernation?.failed(socket, error);", ""],
    ["nobody is counted", "return this.#host.server.registry.size;", "return 0;"],
    [
      "a shutdown does nothing",
      "return this.#host.shutdown(options);",
      "return Promise.resolve();",
    ],
  ],
  "workers/durable_options.ts": [
    ["any option will do", 'checkNames("durable", options, OPTIONS);', ""],
    ["compression is taken", "checkCompression(host);", ""],
    ["events may be missing", 'if (typeof events !== "function") {', "if (false) {"],
    [
      "a pipeline may be held",
      "if (hibernate !== undefined && host.holdPipeline) {",
      "if (false) {",
    ],
    ["characters count", "new TextEncoder().encode(text)", "text"],
    [
      "one byte more is taken",
      "if (length <= AUTOMATIC) continue;",
      "if (length <= AUTOMATIC + 2) continue;",
    ],
    ["the timeout is in seconds", "1000 * checkSeconds", "checkSeconds"],
    ["no text is a text", "text ?? null", "text"],
  ],
  "workers/fetch.ts": [
    ["compression is taken", "if (compression === undefined) return;", "return;"],
  ],
  "workers/handler.ts": [
    [
      "connections are counted",
      'HOST_OPTIONS.filter((name) => name !== "maxConnections")',
      "HOST_OPTIONS",
    ],
    ["any option will do", 'checkNames("handler", options, OPTIONS);', ""],
    ["compression is taken", "checkCompression(checked);", ""],
    ["each request reports for itself", "{ ...checked, onReport }", "checked"],
    [
      "the context is lost",
      "fetch(request, env, context as never)",
      "fetch(request, env, undefined as never)",
    ],
    ["strange uses are not told", 'state.ineffective("topics", STRANGE)', "undefined"],
    ["nothing is waited for", "if (canWait(context)) letFinish", "if (false) letFinish"],
    ["a pipeline ends with its client", "checked.limits.length > 0 && canWait", "false && canWait"],
    ["everything can wait", "if (canWait(context)) letFinish", "letFinish"],
  ],
  "workers/hibernation.ts": [
    ["limits that forget are taken", "if (limits.limits.length > 0) {", "if (false) {"],
    ["a socket is not handed over", "this.#state.acceptWebSocket(raw as never);", ""],
    [
      "what has changed is not kept",
      "    socket.received(message);\n    this.#keepChanges(socket);",
      "    socket.received(message);",
    ],
    ["it goes on without its data", "connection.close(1011);", ""],
    ["nobody hears of it", "this.#server.report(error, connection.view);", ""],
    ["it has no place", "this.#server.reserve();", ""],
    [
      "what lingers has none",
      'if (kept === "ended") this.#lingering.add(raw);',
      'if (kept === "ended") this.#server.release();',
    ],
    ["what lingers never lets go", "if (this.#lingering.delete(raw)) this.#server.release();", ""],
    [
      "limits forget it",
      "const released = this.#resumed(remoteAddress);",
      "const released = () => {};",
    ],
    ["limits count it for ever", "for (const place of places) place?.ended();", ""],
    ["what onOpen has changed is not kept", "queueMicrotask(() => this.#keepChanges(socket));", ""],
    ["its name is another", 'Object.defineProperty(connection.view, "id", { value: id });', ""],
    ["it is not open", "connection.opened(socket);", ""],
    ["what is assigned is not kept", "if (!ended) keep(raw, { ...own, data });", ""],
    ["what has ended is kept", "if (!ended) keep", "keep"],
    ["its end is not kept", "keepEnd(raw);", ""],
    ["what is assigned is not there", "connection.data = data;", ""],
    [
      "its address is lost",
      "headers: new Headers(), remoteAddress }",
      'headers: new Headers(), remoteAddress: "" }',
    ],
  ],
  "workers/host.ts": [
    [
      "the state is lost",
      "fetch(request, env, context as never)",
      "fetch(request, env, undefined as never)",
    ],
    ["nobody is refused", "this.server.drain();", ""],
    ["a second call ends no drain", "if (this.#done) this.#hurry.abort();", ""],
    ["there is no drain", "if (how.drain > 0) ", "if (false) "],
    ["another code is sent", "this.#timeout, how.code", "this.#timeout, 1001"],
    ["strange uses are not told", 'this.server.ineffective("topics", STRANGE)', "undefined"],
  ],
  "workers/kept.ts": [
    ["what others attach is ours", "attached?.edgesocket === 1", "attached"],
    [
      "the limits are kept with what forgets",
      "return numbers;",
      "return { ...numbers, route: __ } as KeptLimits;",
    ],
    ["an end is no end", "const ENDED = { edgesocket: 0 };", "const ENDED = { edgesocket: 1 };"],
    [
      "a fault is the runtime's own",
      'throw usageError(\n      "let a connection sleep"',
      'throw error ?? usageError(\n      "let a connection sleep"',
    ],
  ],
  "workers/lasting.ts": [
    ["nothing lasts", "if (promises.length > 0) last(Promise.allSettled(promises));", ""],
    ["the pipeline does not last", "connection), ...held)", "connection))"],
    ["every handler is there", "if (events[name] === undefined) continue;", ""],
    ["a hub does not hear of the end", "if (SHUTTING_DOWN in events)", "if (false)"],
    ["what is held goes out late", "hold?.(lasting, response) ?? response", "response"],
    ["what was left behind stays", "state.pending = lasting;", ""],
    ["what handlers return is lost", "return work[0];", "return undefined;"],
    [
      "pages last",
      "if (state?.opening === undefined) return;",
      "if (state === undefined) return;",
      {
        equivalent: "nobody calls it for them",
      },
    ],
  ],
  "workers/own_events.ts": [
    ["a hub is let in", "!(SHUTTING_DOWN in events)", "true"],
    ["nobody is let in", "!(SHUTTING_DOWN in events)", "false"],
    [
      "who takes time is let in",
      "return answer.then((response) => checked(request, response));",
      "return answer;",
    ],
    [
      "who answers at once is let in",
      "if (!isPromise(answer)) return checked(request, answer);",
      "if (!isPromise(answer)) return answer;",
      {
        equivalent: "hubs take their time",
      },
    ],
  ],
  "workers/shared_reports.ts": [
    [
      "the console is told twice",
      "if (onReport) onReport(report);\n    else if",
      "if (onReport) onReport(report);\n    if",
    ],
    ["refusals are told twice", 'report.kind !== "refused" || onRefuse === undefined', "true"],
    ["refusals are never told", "|| onRefuse === undefined", ""],
  ],
};
