import type { Command } from "../fixtures/topics_app.ts";
import type { TestServer } from "./server.ts";
import { TopicsClient } from "./topics_client.ts";

/** What subscribers of a topic with a history are sent. */
export interface Frame {
  readonly message?: string;
  readonly bytes?: boolean;
  readonly position?: string;
  readonly gap?: {
    readonly topic: string;
    readonly cause: string;
    readonly position?: string;
  };
}

/** What became of a subscription. */
export interface Joined {
  readonly subscribed: boolean;
  readonly recovered?: boolean;
  readonly position?: string;
  readonly reason?: string;
}

/** A client of a topic with a history, that remembers how far it is. */
export class ReplayClient implements Disposable {
  readonly #client: TopicsClient;
  /** The position of the last message, or of the beginning. */
  position: string | undefined;

  private constructor(client: TopicsClient) {
    this.#client = client;
  }

  static async open(server: TestServer, id: string, options: object = {}): Promise<ReplayClient> {
    return new ReplayClient(await TopicsClient.open(server, id, options));
  }

  do(command: Command): void {
    this.#client.do(command);
  }

  /** Subscribes: what it is sent before the answer, and the answer. */
  async join(topic: string, after?: string): Promise<{ frames: Frame[]; joined: Joined }> {
    this.do({ do: "subscribe", topic, ...(after === undefined ? {} : { after }) });
    const frames: Frame[] = [];
    for (;;) {
      const frame = await this.frame();
      if ("subscribed" in frame) {
        this.position ??= frame.position;
        return { frames, joined: frame as unknown as Joined };
      }
      frames.push(frame);
    }
  }

  /** The next message; throws if the connection has ended. */
  async frame(): Promise<Frame> {
    const message = await this.#client.message();
    if (message === undefined) throw new Error("expected a frame, got the end");
    const frame: Frame = JSON.parse(message as string);
    if (frame.position !== undefined && frame.message !== undefined) this.position = frame.position;
    return frame;
  }

  /** The next messages, as text; a gap is `gap: cause`. */
  async texts(count: number): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) texts.push(textOf(await this.frame()));
    return texts;
  }

  pause(): void {
    this.#client.pause();
  }

  resume(): void {
    this.#client.resume();
  }

  vanish(): void {
    this.#client.vanish();
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}

/** What a frame says, in short. */
export function textOf({ message, gap }: Frame): string {
  return gap === undefined ? `${message}` : `gap: ${gap.cause}`;
}
