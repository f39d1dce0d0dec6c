import { connectHub, type ConnectOptions, type HubClient } from "../../src/client.ts";
import type { ClientHub } from "../fixtures/client_app.ts";
import { Reports } from "./reports.ts";

/** Our client in this very process, with all that it has told. */
export class WatchedHub extends Reports implements AsyncDisposable {
  readonly hub: HubClient<ClientHub>;

  /**
   * Begins to connect.
   *
   * @param connect What makes the client: `connectHub`, unless a test moves the time.
   */
  constructor(
    url: string,
    options: ConnectOptions = {},
    connect: typeof connectHub<ClientHub> = connectHub,
  ) {
    super();
    const { onSession } = options;
    this.hub = connect(url, {
      ...options,
      onSession: async (session) => {
        this.report({ on: "session", ...session });
        await onSession?.(session);
      },
    });
    this.hub.onState((state) => this.report({ on: "state", ...state, at: Date.now() }));
    this.hub.on.event((value) => this.report({ on: "event", value }));
  }

  /** Connects. */
  static async open(url: string, options: ConnectOptions = {}): Promise<WatchedHub> {
    const hub = new WatchedHub(url, options);
    try {
      await hub.connected();
      return hub;
    } catch (error) {
      await hub[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Waits until it is connected for the nth time. */
  async connected(count = 1): Promise<void> {
    await this.until({ on: "state", name: "connected" }, count);
  }

  /** Waits until its session was resumed for the nth time. */
  async resumed(count = 1): Promise<void> {
    await this.until({ on: "state", name: "connected", resumed: true }, count);
  }

  /** How many sessions there were. */
  get sessions(): number {
    return this.all({ on: "session" }).length;
  }

  /** The numbers of the events that came, in the order in which they came. */
  get events(): unknown[] {
    return this.all({ on: "event" }).map(({ value }) => value);
  }

  /** The names of its states so far, in their order; the same again is no other. */
  get states(): unknown[] {
    const names = this.all({ on: "state" }).map(({ name }) => name);
    return names.filter((name, i) => name !== names[i - 1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub.close();
  }
}
