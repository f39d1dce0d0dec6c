import { generator } from "../statistics.ts";
import type { Load } from "../model/load.ts";
import { LoadConnection } from "./connection.ts";
import { masked, TEXT } from "./frames.ts";

/** Bytes of a message. */
const SIZE = 64;

/** Handshakes that are under way at the same time. */
const ABREAST = 50;

const SEED = 20_261_122;

/** What was said and heard so far. */
export interface Told {
  readonly said: number;
  /** What members have to hear of that, all together. */
  readonly due: number;
  readonly heard: number;
  /** Milliseconds, since whenever. */
  readonly clock: number;
}

/** A room, and who is in it. */
interface Room {
  /** The frame by which its members say something. */
  readonly frame: Uint8Array;
  readonly members: LoadConnection[];
}

/** Rooms that hear as much as each other. */
interface Group {
  readonly rooms: readonly Room[];
  readonly publishes: number;
}

/** Connections to several processes, who are in rooms, and say something there as chance has it. */
export class Members {
  readonly #random = generator(SEED);
  readonly #groups: Group[] = [];
  #said = 0;
  #due = 0;
  #heard = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Connects all of them, each to any process by chance, and to as many rooms as any other. */
  async join(ports: readonly number[], { connections, rooms: all }: Load): Promise<void> {
    const wanted = Array.from({ length: connections }, () => [] as Room[]);
    const numbers = Array.from({ length: connections }, () => [] as number[]);
    let [number, next] = [0, 0];
    for (const { rooms: count, members, publishes } of all) {
      const rooms = Array.from({ length: count }, (): Room => {
        const room = { frame: frameOf(number), members: [] };
        for (let member = 0; member < Math.round(members); member++, next++) {
          wanted[next % connections]!.push(room);
          numbers[next % connections]!.push(number);
        }
        number++;
        return room;
      });
      this.#groups.push({ rooms, publishes });
    }
    let started = 0;
    const lane = async () => {
      while (started < connections) {
        const each = started++;
        const port = ports[Math.floor(this.#random() * ports.length)]!;
        const member = await LoadConnection.open(port, `/ws?rooms=${numbers[each]!.join(",")}`);
        member.onMessages = (count) => void (this.#heard += count);
        for (const { members } of wanted[each]!) members.push(member);
      }
    };
    await Promise.all(Array.from({ length: ABREAST }, lane));
  }

  /**
   * Begins to speak, at moments that chance picks (Poisson).
   *
   * @param factor How much more often than the load says.
   */
  speak(factor: number): void {
    const rate = this.#groups.reduce((sum, { publishes }) => sum + publishes, 0) / 1e3;
    if (rate === 0) return;
    const pause = () => -Math.log(1 - this.#random()) / rate / factor;
    let due = performance.now() + pause();
    const look = () => {
      for (const now = performance.now(); due <= now; due += pause()) this.#say(rate);
      this.#timer = setTimeout(look, Math.max(0, due - performance.now()));
    };
    look();
  }

  #say(rate: number): void {
    let choice = this.#random() * rate * 1e3;
    const group = this.#groups.find(({ publishes }) => (choice -= publishes) < 0);
    const { rooms } = group ?? this.#groups[0]!;
    const { frame, members } = rooms[Math.floor(this.#random() * rooms.length)]!;
    const speaker = members[Math.floor(this.#random() * members.length)];
    if (speaker === undefined) return;
    speaker.sendFrame(frame);
    this.#said++;
    this.#due += members.length;
  }

  /** Says nothing any more. */
  hush(): void {
    clearTimeout(this.#timer);
  }

  /** How it stands. */
  told(): Told {
    const [said, due, heard] = [this.#said, this.#due, this.#heard];
    return { said, due, heard, clock: performance.now() };
  }
}

function frameOf(room: number): Uint8Array {
  return masked(TEXT, new TextEncoder().encode(`${room} `.padEnd(SIZE, "x")));
}
