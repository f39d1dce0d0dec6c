import type { CloseInfo } from "./close.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionChannels } from "./diagnostics.ts";
import type { Reporter } from "./events.ts";
import type { FlowServer } from "./flow.ts";
import type { Limits } from "./limits.ts";
import type { Registry } from "./registry.ts";

/** The smaller part of a server that its connections need. */
export interface ConnectionServer extends FlowServer {
  readonly registry: Registry;
  readonly report: Reporter;
  readonly channels: ConnectionChannels;
  /** Gives back what was reserved for one connection. */
  release(): void;
  /** Takes note that the runtime is late to open the socket of one; `lost`: that it never has. */
  failedToOpen(lost: boolean): void;
  /** Takes note that a limit of its route ended one. */
  limited(info: CloseInfo, limits: Limits, connection: Connection): void;
}
