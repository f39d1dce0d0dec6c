import type { Mutations } from "./mutation.ts";

/** Changes to src/hubs/. */
export const hubs: Mutations = {
  "hubs/broadcast.ts": [
    ["it is encoded each time", "this.#encoded.set(protocol, encoded);", ""],
    [
      "all encodings are the same",
      "let encoded = this.#encoded.get(protocol);",
      "let encoded = [...this.#encoded.values()][0];",
    ],
    ["what cannot be sent is sent", "encoded = protocol.encode(this.#message);", 'encoded = "";'],
  ],
  "hubs/calls.ts": [
    [
      "what is early begins at once",
      "if (this.#started) return this.#schedule(call);",
      "return this.#schedule(call);",
    ],
    [
      "what is early is not counted",
      "(this.#early ??= []).push(call);\n    this.#waiting.add(call.cost);",
      "(this.#early ??= []).push(call);",
    ],
    ["streams are not counted", 'if (callable.kind === "stream") this.#streams++;', ""],
    [
      "a cancelled stream counts no more",
      "if (takesPlace(call.callable)) this.#line.left(call);\n    }, () => {",
      "if (takesPlace(call.callable)) this.#line.left(call);\n      this.#streams = 0;\n    }, () => {",
    ],
    ["a stream more", "this.#streams >= maxStreams", "this.#streams > maxStreams"],
    ["an upload more", "open.size + uploads.length > maxStreams", "open.size > maxStreams"],
    [
      "an id is used twice",
      'if (streaming && this.#byId(invocationId ?? "")) return',
      "if (streaming && false) return",
    ],
    ["a stream id is used twice in a call", " || streamIds.indexOf(id) < i", ""],
    [
      "answers go nowhere",
      "if (!uploads.complete(message)) session.results.settle(message);",
      "uploads.complete(message);",
    ],
    ["nothing is cancelled", "this.#byId(invocationId)?.cancel();", ""],
    ["uploads are never let go of", "this.#place.uploads.close(call.streamIds);", ""],
    ["what runs does not learn of the end", "for (const call of this.#running) call.cancel();", ""],
    [
      "uploads wait for a place",
      'return kind === "method" && uploads.length === 0;',
      'return kind === "method";',
    ],
    ["whoever did not ask is told", "if (!invocationId) return;", ""],
  ],
  "hubs/client_results.ts": [
    ["a question more", "if (this.size >= this.#most)", "if (this.size > this.#most)"],
    ["errors are answers", "if (completion.error === undefined) pending", "pending"],
    ["an answer counts twice", "this.#pending.delete(completion.invocationId);", ""],
    [
      "whoever is gone is waited for",
      "for (const { reject } of this.#pending.values()) reject(gone());",
      "",
    ],
    ["all have the same id", "`s${++this.#asked}`", "`s${this.#asked || ++this.#asked}`"],
  ],
  "hubs/callers.ts": [
    ["nobody is left out", "if (!except.has(session.id)) session", "session"],
    ["those that were left out come back", "new Set([...except, ...ids])", "new Set(ids)"],
    ["more arguments are taken", "if (args.length > parameters.length) {", "if (false) {"],
    [
      "what is left out is null",
      "while (values.length > 0 && values[values.length - 1] === undefined) values.pop();",
      "",
    ],
    [
      "answers are not checked",
      "return await validated(result, value, `the answer to ${name}`);",
      "return await value;",
    ],
    [
      "a wrong answer is our fault",
      "throw error instanceof Invalid ? new HubError(error.message) : error;",
      "throw error;",
    ],
    [
      "our fault is the client's",
      "throw error instanceof Invalid\n        ? new TypeError(`Cannot call ${name}: ${error.message}`)\n        : error;",
      "throw error;",
    ],
    [
      "whoever closes is asked",
      "if (session === undefined || !session.open) throw gone();",
      "if (session === undefined) throw gone();",
    ],
    ["nothing comes before a question", "before?.(name);", ""],
  ],
  "hubs/context.ts": [
    ["the caller is among the others", "return this.all.except(this.#id);", "return this.all;"],
    [
      "whoever is aborted comes back",
      'cause: "local", allowReconnect: false',
      'cause: "local", allowReconnect: true',
    ],
    ["any name is one", 'if (typeof name === "string") return name;', "return name as string;"],
    ["nobody learns of a question", "(name) => call.beforeAnswer(name)", "undefined as never"],
    [
      "a group is never left",
      "settled(() => roster.leave(checkName(name), find()))",
      "settled(() => void checkName(name))",
    ],
    ["what nobody waits for does harm", "done.catch(() => {});", ""],
  ],
  "hubs/define.ts": [
    [
      "streams are methods",
      'makeCallable("stream", parameters',
      'makeCallable("method", parameters',
    ],
    ["options are not read", "checkHubOptions(options)", "checkHubOptions({})"],
    ["calls are not checked", "checkClientSide(sides);", ""],
  ],
  "hubs/execution.ts": [
    [
      "faults are not reported",
      "else if (!(error instanceof HubError) && !isAbort(call, error)) session.transport.report(error);",
      "",
    ],
    ["what is meant for clients is reported", "!(error instanceof HubError) && ", ""],
    ["who gives up is at fault", " && !isAbort(call, error)", ""],
    ["any AbortError is no fault", "return cancelled && error", "return error"],
    [
      "wrong arguments are not told",
      "if (invalid) session.transport.refused(`${call.callable.name}: ${error.message}`);\n  else if",
      "if (invalid);\n  else if",
    ],
    ["more arguments are taken", "if (sent.length > length) {", "if (false) {"],
    ["null is no result", "result === undefined\n", "result == null\n"],
    ["who did not ask is answered", "if (id === undefined) return;", ""],
    ["uploads are values", "call.streamIds.length === 0 ? values", "true ? values"],
    ["nothing is said of streams", "text = texts.whileStreaming;", ""],
    ["a stream is let go of early", "await rest;", ""],
    [
      "details are told",
      "const detailed = hub.options.limits.enableDetailedErrors;",
      "const detailed = true;",
    ],
  ],
  "hubs/filters.ts": [
    [
      "the last is the outermost",
      "for (let i = filters.length - 1; i >= 0; i--) {",
      "for (let i = 0; i < filters.length; i++) {",
    ],
    ["what is inside throws at once", "async () => await inner()", "(() => inner()) as never"],
    [
      "the arguments are not told",
      "async () => await inner(), args)",
      "async () => await inner(), [])",
    ],
  ],
  "hubs/heartbeat.ts": [
    ["pings wait", "session.flush();", ""],
    ["nobody is late", 'if (due === "late") client.late();', ""],
    ["nobody is lost", 'if (due === "lost") this.#lost(session);', ""],
    ["a pause is silence", "if (late) session.pulse.forgive(now);", ""],
    ["the timer goes on", "this.#stop();\n    this.#stop = undefined;", "this.#stop = undefined;"],
    ["whoever is lost is gone for good", "allowReconnect: true", "allowReconnect: false"],
  ],
  "hubs/hub.ts": [
    [
      "a token is good for two",
      "if (token !== null && hub.tokens.isClaimed(token)) {",
      "if (false) {",
    ],
    ["any token will do", "if (token !== null && ticket === undefined) {", "if (false) {"],
    ["a closed hub is open", 'if (hub.closed) return refused(503, "the hub is closed");', ""],
    [
      "a closed hub negotiates",
      'if (this.#state.closed) return refused(503, "the hub is closed");',
      "",
    ],
    [
      "any page negotiates",
      "judgeOrigin(this.#origin, request) ?? server?.noRoom()",
      "server?.noRoom()",
    ],
    [
      "a full server negotiates",
      "judgeOrigin(this.#origin, request) ?? server?.noRoom()",
      "judgeOrigin(this.#origin, request)",
    ],
    ["frames are no larger than messages", "limits.maximumReceiveMessageSize + FRAME", "0"],
    ["any method negotiates", 'if (method !== "POST") return', "if (false) return"],
    ["closing closes nothing", 'session.close({ cause: "shutdown", allowReconnect: true });', ""],
    ["every client has a heart of its own", "this.#heartbeats.set(server, heartbeat);", "", {
      equivalent: "what each of them looks after is looked after",
    }],
  ],
  "hubs/hub_error.ts": [
    [
      "errors that are meant for clients are not",
      "if (error instanceof HubError) return",
      "if (false) return",
    ],
    ["all is told", "if (!detailed) return task;", ""],
    [
      "what is no error has no name",
      "error instanceof Error ? error.name : typeof error",
      "(error as Error).name",
    ],
  ],
  "hubs/hub_state.ts": [
    ["filters are left out", "filters.length === 0 ? run()", "true ? run()"],
    ["tokens have no bound", "new Tokens(options.limits.maxUnclaimed)", "new Tokens(10_000)"],
    ["methods are not there", "new MethodMap(methods)", "new MethodMap({})"],
  ],
  "hubs/invocation.ts": [
    ["an empty id is one", "this.message.invocationId || undefined", "this.message.invocationId"],
    [
      "a late signal has not aborted",
      "if (this.cancelled || this.#session.gone) this.#abort.abort();",
      "",
    ],
    [
      "a signal never aborts",
      "this.cancelled = true;\n    this.#abort?.abort();",
      "this.cancelled = true;",
    ],
    ["nobody learns that it waits", "this.#waits(this);", ""],
  ],
  "hubs/limits.ts": [
    ["another default", "handshakeTimeout = 15,", "handshakeTimeout = 30,"],
    [
      "seconds are milliseconds",
      '1000 * checkSeconds("keepAliveInterval"',
      'checkSeconds("keepAliveInterval"',
    ],
    [
      "no calls at all",
      "maximumParallelInvocationsPerClient,\n      1,",
      "maximumParallelInvocationsPerClient,\n      0,",
    ],
    ["halves are whole", "Number.isInteger(value) && value >= least", "value >= least"],
    ["larger than any frame", "const LARGEST = 63 * MIB;", "const LARGEST = 64 * MIB;"],
    [
      "any value is a yes",
      'checkOption("enableDetailedErrors", enableDetailedErrors, "boolean");',
      "",
    ],
  ],
  "hubs/line.ts": [
    [
      "all run at once",
      "if (this.#places > 0 && (calls === undefined || calls.length === 0)) {",
      "if (calls === undefined || calls.length === 0) {",
    ],
    [
      "what waits is not counted",
      "(this.#calls ??= new Queue()).push(call);\n    this.#waiting.add(call.cost);",
      "(this.#calls ??= new Queue()).push(call);",
    ],
    ["a place is given up twice", "if (placeless.has(call) || ", "if ("],
    ["any number gives up its place", " || placeless.size >= this.#mostPlaceless", ""],
    [
      "a place is given back twice",
      "if (this.#placeless?.delete(call) !== true) this.#free();",
      "this.#free();",
    ],
    [
      "what is gone is counted",
      "while (this.#places > 0) {\n      const call = this.#calls?.shift();\n      if (call === undefined) break;\n      this.#waiting.remove(call.cost);",
      "while (this.#places > 0) {\n      const call = this.#calls?.shift();\n      if (call === undefined) break;",
    ],
    ["calls pile up on the stack", "if (this.#draining) return;", ""],
  ],
  "hubs/members.ts": [
    [
      "what is empty stays",
      "if (set?.delete(member) && set.size === 0) this.#sets.delete(name);",
      "set?.delete(member);",
    ],
    [
      "the second one takes the place of the first",
      "else set.add(member);",
      "else this.#sets.set(name, new Set([member]));",
    ],
    ["nobody is taken out", "if (set?.delete(member) && set.size === 0)", "if (set?.size === 0)"],
  ],
  "hubs/methods.ts": [
    [
      "case matters",
      "this.#exact.get(target) ?? this.#lower.get(target.toLowerCase())",
      "this.#exact.get(target)",
    ],
    ["the last of two names holds", "if (other !== undefined) {", "if (false) {"],
    ["events are methods", "if (TAKEN.includes(name)) {", "if (false) {"],
    ["anything is a method", "if (callable === undefined) {", "if (false) {"],
    ["any handler will do", 'if (typeof handler !== "function")', "if (false)"],
    ["a call may be named then", '|| name === "then"', ""],
    ["calls differ in case only", "if (lower.has(name.toLowerCase())) {", "if (false) {"],
  ],
  "hubs/negotiation.ts": [
    [
      "all pages are friends",
      "stranger === undefined ? undefined : refusal(403, stranger)",
      "undefined",
    ],
    [
      "cookies are not for pages",
      'headers.set("access-control-allow-methods", "GET, POST, DELETE");',
      "",
    ],
    ["the answer is kept", 'headers.set("cache-control", "no-store");', ""],
    ["all errors are the client's", "if (error instanceof WireError) return", "if (true) return"],
    [
      "ways that there are not",
      'TRANSPORTS.filter(({ transport }) => transport === "WebSockets")',
      "TRANSPORTS",
    ],
    [
      "headers that are asked for are not allowed",
      "if (wanted !== null) headers",
      "if (false) headers",
    ],
    ["nobody is named", "if (origin === null) return new Headers();", "return new Headers();"],
  ],
  "hubs/options.ts": [
    ["unknown options are taken", 'checkNames("create", options,', 'void ("create", options,'],
    ["any filter will do", '|| filters.some((filter) => typeof filter !== "function")', ""],
    ["numbers are no ids", ' || typeof user.id === "number"', ""],
    [
      "events are not checked",
      'for (const name of FUNCTIONS) checkOption(name, options[name], "function");',
      "",
    ],
    ["pages are not read", "origin: pick(options, ORIGIN),", "origin: {},"],
  ],
  "hubs/outbox.ts": [
    ["each message has a frame", "this.#length + length > FULL)", "true)"],
    ["frames have no end", "if (this.#length > 0 && this.#length + length > FULL)", "if (false)"],
    ["what is much waits", "if (this.#size > MUCH) return this.flush();", ""],
    ["only the first goes out", "for (const frame of frames) this.#transport.send(frame);\n", ""],
    [
      "what is thrown away is sent",
      "this.#frame();\n    this.#frames = undefined;\n    this.#size = 0;\n  }",
      "}",
    ],
    ["pieces overlap", "at += piece.length;", ""],
    ["nothing goes out by itself", "if (waiting.push(this) === 1) afterTurn(flushAll);", ""],
  ],
  "hubs/parameters.ts": [
    [
      "calls are not checked",
      'for (const schema of parameters) checkSchema("declare a call", schema);',
      "",
    ],
    ["answers are not checked", 'checkSchema("declare a call", result);', ""],
    ["uploads are not checked", 'checkSchema("declare an upload", schema);', ""],
    ["functions are no schemas", ' || typeof schema === "function"', ""],
  ],
  "hubs/pulse.ts": [
    ["nobody is late", "if (!this.#greeted) return", "if (false) return"],
    ["who never pings is lost", "if (this.#pings && ", "if ("],
    ["a sign of life is none", "if (this.#heard) this.#heardAt = now;", ""],
    ["what was sent is forgotten", "if (this.#sent) this.#sentAt = now;", ""],
    ["it counts for ever", "this.#sent = this.#heard = false;", ""],
    ["a pause is silence", "this.#heardAt = now;\n  }\n}", "}\n}"],
    [
      "a moment later",
      "now - this.#sentAt >= limits.keepAliveInterval",
      "now - this.#sentAt > limits.keepAliveInterval",
    ],
  ],
  "hubs/reception.ts": [
    [
      "a closed hub shakes hands",
      'if (this.#hub.closed) return session.close({ cause: "shutdown", allowReconnect: true });',
      "",
    ],
    [
      "what is behind the end is read",
      "if (this.#decoder !== decoder || !this.session.open) return;",
      "",
    ],
    [
      "bytes in pieces are not counted",
      "this.#bytes += data.length;",
      "this.#bytes = data.length;",
    ],
    ["bytes are counted twice", "this.#bytes = 0;\n    }", "}"],
    ["what follows the handshake is lost", "if (rest.length > 0) this.receive(rest);", ""],
    ["all faults are the client's", "if (!(error instanceof WireError)) throw error;", ""],
    ["nothing is a sign of life", "this.session.pulse.heard();", ""],
    [
      "whoever has shaken hands is late",
      'if (this.#handshake !== undefined) this.#refuseHandshake("Handshake was canceled.");',
      'this.#refuseHandshake("Handshake was canceled.");',
      {
        seenBy: ["tests/hubs/reception_test.ts"],
      },
    ],
    ["the reason is that of the connection", "session.end?.cause ?? how", "how"],
    ["who was refused is told of the end", "if (!connected) return;", ""],
    [
      "a failing onConnected is not reported",
      "if (!(error instanceof HubError)) this.session.transport.report(error);",
      "",
    ],
    ["anybody may be asked", 'if (name !== "onConnected") return;', "return;"],
    ["whoever is gone is still there", "this.#hub.roster.delete(session);", ""],
    [
      "too much is not told",
      "if (large) this.session.transport.limited(cause, error.message);",
      "",
    ],
    [
      "what is too large is said to be broken",
      'large ? "payload-too-large" : "network"',
      '"network"',
    ],
    [
      "there is no room for two",
      "if (!this.session.open) return;\n    this.session.transport.limited",
      "this.session.transport.limited",
    ],
    ["what waits is not given back", "this.#calls.end(true);", ""],
  ],
  "hubs/result_stream.ts": [
    ["streams wait for nobody", "if (session.unsent > MARK) {", "if (false) {"],
    ["others wait for ever", "if (count % ITEMS === 0) await nextTurn();", ""],
    ["a cancelled one throws", "if (!call.cancelled) throw error;", "throw error;"],
    ["faults are swallowed", "if (!call.cancelled) throw error;", ""],
    [
      "a loop is not left",
      "const left = async () => await iterator.return?.();",
      "const left = async () => {};",
    ],
    [
      "the abort is not heard",
      'signal.addEventListener("abort", () => this.#giveUp(), { once: true });',
      "",
    ],
    ["what has aborted is waited for", "if (this.#signal.aborted) this.#giveUp();", ""],
  ],
  "hubs/roster.ts": [
    ["a group more", "groups.size >= maxGroups", "groups.size > maxGroups"],
    ["again is once more", "!groups.has(name) && ", ""],
    [
      "whoever is gone joins",
      "if (session === undefined || this.one(session.id) !== session) return;",
      "if (session === undefined) return;",
    ],
    [
      "groups are kept",
      "for (const name of session.groups ?? []) this.#groups.delete(name, session);",
      "",
    ],
    [
      "users are kept",
      "this.#sessions.delete(session.id);\n    if (session.userId !== undefined) this.#users.delete(session.userId, session);",
      "this.#sessions.delete(session.id);",
    ],
    [
      "a group is left by half",
      "if (session?.groups?.delete(name)) this.#groups.delete(name, session);",
      "session?.groups?.delete(name);",
    ],
  ],
  "hubs/session.ts": [
    [
      "the last end counts",
      'if (this.#state !== "open") return;\n    this.#end = end;',
      "this.#end = end;",
    ],
    [
      "the end is said last",
      'this.farewell(error, allowReconnect);\n    this.#state = "closing";',
      'this.#state = "closing";\n    this.farewell(error, allowReconnect);',
    ],
    [
      "a handshake is refused twice",
      'if (this.#state !== "open") return;\n    this.transport.send(handshake);',
      "this.transport.send(handshake);",
    ],
    [
      "nothing puts pings off",
      "this.#outbox.add(this.protocol!.encode(message));\n    this.pulse.sent();",
      "this.#outbox.add(this.protocol!.encode(message));",
    ],
    [
      "what waits here does not wait",
      "this.#outbox.size + this.transport.bufferedAmount",
      "this.transport.bufferedAmount",
    ],
    ["a late signal has not aborted", "if (this.gone) this.#abort.abort();", ""],
    ["whoever is gone is sent to", "this.#outbox.clear();", ""],
    ["answers are waited for", "this.#results?.end();", ""],
  ],
  "hubs/tokens.ts": [
    [
      "tokens live longer",
      "clock.now() - entry.madeAt < LIFETIME ?",
      "clock.now() - entry.madeAt <= LIFETIME ?",
    ],
    ["a token is good for two", "if (this.isClaimed(token)) return false;", ""],
    ["a flood has room", " && this.size < this.#most", ""],
    ["one more than there is room", "this.size < this.#most", "this.size <= this.#most"],
    ["tokens are kept for ever", "this.#claimed.delete(token);", ""],
    ["ids are made for escaping", '.replaceAll("+", "-")', ""],
    ["a claimed one can be found", "this.#unclaimed.delete(token);\n    if", "if"],
  ],
  "hubs/uploads.ts": [
    ["what comes late is kept", "if (this.#ended) return;\n    const cost", "const cost"],
    [
      "bytes are not counted",
      "const cost = MESSAGE_OVERHEAD + bytes;",
      "const cost = MESSAGE_OVERHEAD;",
    ],
    [
      "items are not checked",
      'await validated(this.#schema, item.value, "an uploaded item")',
      "item.value",
    ],
    ["nobody is woken", "this.#readers.shift()?.();", ""],
    ["nobody is woken by the end", "for (const wake of this.#readers.splice(0)) wake();", ""],
    ["the reason is lost", "if (error !== undefined) throw error;", ""],
    ["the reason is given for ever", "this.#error = undefined;\n        if", "if"],
    [
      "what is lost is not told",
      "if (lost && error !== undefined) this.#error = new HubError(error);",
      "",
    ],
    ["what is whole is thrown away", "if (all || !stream.ended) stream.clear", "stream.clear"],
    [
      "what was read is counted",
      "const item = this.#items.shift();\n      if (item !== undefined) {\n        this.#waiting.remove(item.cost);",
      "const item = this.#items.shift();\n      if (item !== undefined) {",
    ],
  ],
  "hubs/validation.ts": [
    [
      "null is never left out",
      "if (value !== null) return validated(schema, value, what);",
      "return validated(schema, value, what);",
    ],
    [
      "null is always left out",
      "if (result.issues === undefined) return result.value;\n  try {",
      "try {",
    ],
    [
      "nothing is waited for",
      "return waits ? Promise.all(outcomes) : outcomes;",
      "return outcomes;",
    ],
    [
      "complaints have no end",
      '(first?.message ?? "invalid").slice(0, SHOWN)',
      '(first?.message ?? "invalid")',
    ],
    ["paths are objects", 'typeof segment === "object" ? segment.key : segment', "segment"],
    ["what is wrong is right", "throw new Invalid(`", "return (`"],
  ],
  "hubs/waiting.ts": [
    [
      "a byte less",
      "if (this.#size > this.#limit) this.evict();",
      "if (this.#size >= this.#limit) this.evict();",
    ],
    ["the limit does not hold", "if (this.#size > this.#limit) this.evict();", ""],
    ["the server is not told", "this.#budget.update(this, size, size, this.#ended);", ""],
    ["whoever has ended counts as before", "this.#ended = true;", ""],
  ],
  "hubs/web_socket.ts": [
    [
      "a token is good for two",
      "if (ticket !== undefined && !hub.tokens.claim(ticket.token)) return connection.close(1008);",
      "",
    ],
    [
      "a token is never let go of",
      "if (ticket !== undefined) hub.tokens.release(ticket.token);",
      "",
    ],
    ["nobody is looked after", "heartbeat.add(reception);", "", {
      seenBy: ["tests/hubs/hub_test.ts"],
    }],
    ["bytes are text", 'typeof data === "string" ? data : new Uint8Array(data)', "data as string"],
    [
      "nobody is told of the end of the server",
      "this.#reception?.session.farewell(undefined, true);",
      "",
    ],
    [
      "a closed hub takes clients",
      'if (hub.closed) session.close({ cause: "shutdown", allowReconnect: true });',
      "",
    ],
    [
      "faults have no connection",
      "this.#server.report(error, this.#connection);",
      "this.#server.report(error, undefined);",
      {
        seenBy: ["tests/hubs/web_socket_test.ts"],
      },
    ],
    [
      "limits are calls",
      'this.#note("closed", cause, message);',
      'this.#note("call", cause, message);',
    ],
  ],
};
