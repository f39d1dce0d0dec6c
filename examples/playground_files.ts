import address from "./page/address.js" with { type: "text" };
import bytes from "./page/bytes.js" with { type: "text" };
import cause from "./page/cause.js" with { type: "text" };
import charts from "./page/charts.js" with { type: "text" };
import closeCodes from "./page/close_codes.js" with { type: "text" };
import composer from "./page/composer.js" with { type: "text" };
import connection from "./page/connection.js" with { type: "text" };
import detail from "./page/detail.js" with { type: "text" };
import dom from "./page/dom.js" with { type: "text" };
import entries from "./page/entries.js" with { type: "text" };
import generator from "./page/generator.js" with { type: "text" };
import generatorForm from "./page/generator_form.js" with { type: "text" };
import har from "./page/har.js" with { type: "text" };
import hexDump from "./page/hex_dump.js" with { type: "text" };
import histogram from "./page/histogram.js" with { type: "text" };
import icon from "./page/icon.svg" with { type: "text" };
import index from "./page/index.html" with { type: "text" };
import inspectStyle from "./page/inspect.css" with { type: "text" };
import inspect from "./page/inspect.js" with { type: "text" };
import inspectAbove from "./page/inspect_above.js" with { type: "text" };
import inspectChannel from "./page/inspect_channel.js" with { type: "text" };
import inspectClock from "./page/inspect_clock.js" with { type: "text" };
import inspectEnds from "./page/inspect_ends.js" with { type: "text" };
import inspectHub from "./page/inspect_hub.js" with { type: "text" };
import inspectHubLine from "./page/inspect_hub_line.js" with { type: "text" };
import inspectProbe from "./page/inspect_probe.js" with { type: "text" };
import inspectToken from "./page/inspect_token.js" with { type: "text" };
import inspectWords from "./page/inspect_words.js" with { type: "text" };
import jsonText from "./page/json_text.js" with { type: "text" };
import link from "./page/link.js" with { type: "text" };
import log from "./page/log.js" with { type: "text" };
import logTools from "./page/log_tools.js" with { type: "text" };
import meter from "./page/meter.js" with { type: "text" };
import origin from "./page/origin.js" with { type: "text" };
import outbox from "./page/outbox.js" with { type: "text" };
import style from "./page/page.css" with { type: "text" };
import page from "./page/page.js" with { type: "text" };
import parts from "./page/parts.js" with { type: "text" };
import refusal from "./page/refusal.js" with { type: "text" };
import retry from "./page/retry.js" with { type: "text" };
import roundTrips from "./page/round_trips.js" with { type: "text" };
import saving from "./page/saving.js" with { type: "text" };
import scale from "./page/scale.js" with { type: "text" };
import socketWorker from "./page/socket_worker.js" with { type: "text" };
import tabs from "./page/tabs.js" with { type: "text" };
import traffic from "./page/traffic.js" with { type: "text" };
import tree from "./page/tree.js" with { type: "text" };
import visible from "./page/visible.js" with { type: "text" };

/** The files of the page. They are part of the program, which needs no permission to read them. */
export const PAGE: Readonly<Record<string, string>> = {
  "address.js": address,
  "bytes.js": bytes,
  "cause.js": cause,
  "charts.js": charts,
  "close_codes.js": closeCodes,
  "composer.js": composer,
  "connection.js": connection,
  "detail.js": detail,
  "dom.js": dom,
  "entries.js": entries,
  "generator.js": generator,
  "generator_form.js": generatorForm,
  "har.js": har,
  "hex_dump.js": hexDump,
  "histogram.js": histogram,
  "icon.svg": icon,
  "index.html": index,
  "inspect.css": inspectStyle,
  "inspect.js": inspect,
  "inspect_above.js": inspectAbove,
  "inspect_channel.js": inspectChannel,
  "inspect_clock.js": inspectClock,
  "inspect_ends.js": inspectEnds,
  "inspect_hub.js": inspectHub,
  "inspect_hub_line.js": inspectHubLine,
  "inspect_probe.js": inspectProbe,
  "inspect_token.js": inspectToken,
  "inspect_words.js": inspectWords,
  "json_text.js": jsonText,
  "link.js": link,
  "log.js": log,
  "log_tools.js": logTools,
  "meter.js": meter,
  "origin.js": origin,
  "outbox.js": outbox,
  "page.css": style,
  "page.js": page,
  "parts.js": parts,
  "refusal.js": refusal,
  "retry.js": retry,
  "round_trips.js": roundTrips,
  "saving.js": saving,
  "scale.js": scale,
  "socket_worker.js": socketWorker,
  "tabs.js": tabs,
  "traffic.js": traffic,
  "tree.js": tree,
  "visible.js": visible,
};
