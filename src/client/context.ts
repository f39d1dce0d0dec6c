import type { HubMessage } from "../wire/message.ts";
import type { Environment } from "./environment.ts";
import type { Line } from "./line.ts";
import type { CheckedOptions } from "./options.ts";
import type { Session } from "./session.ts";

/** One client as its parts see it. */
export interface Context {
  /** The hub. */
  readonly url: URL;
  readonly options: CheckedOptions;
  readonly world: Environment;
  /** Aborts when the client is over. */
  readonly signal: AbortSignal;
  /** What the server is to know the user by. */
  token?: string | undefined;
  /** Whether there was a session: a refusal may pass then, such as that of a server that starts. */
  proved: boolean;
  /** Until when WebSockets are left alone, and for how long the next time, in milliseconds. */
  blocked: number;
  pause: number;
  /** Whether the server offers another way that may be taken. */
  others: boolean;
  /** Takes what the server says on any line. */
  said(message: HubMessage, session: Session): void;
  /** More can be sent than before. */
  room(): void;
  /** Whether nothing is under way. */
  idle(): boolean;
  /** What is gone on with when the line that is there ends. */
  next?: Line | undefined;
}
