import { assert } from "@std/assert";

let made = 0;

/** A second host on this machine: a network namespace whose link can be cut. */
export class Network implements Disposable {
  // Named by the process, so that two runs on one machine do not meet.
  readonly #name = `edge-${Deno.pid}-${made++}`;
  readonly #subnet = `10.${128 + (Deno.pid >> 8) % 127}.${Deno.pid % 256}`;
  readonly #first = (4 * made) % 252;

  constructor() {
    const [here, there] = this.#links;
    for (
      const args of [
        `netns add ${this.#name}`,
        `link add ${here} type veth peer name ${there}`,
        `link set ${there} netns ${this.#name}`,
        `addr add ${this.host}/30 dev ${here}`,
        `link set ${here} up`,
        `-n ${this.#name} addr add ${this.#subnet}.${this.#first + 2}/30 dev ${there}`,
        `-n ${this.#name} link set ${there} up`,
      ]
    ) {
      assert(ip(args), `ip ${args}`);
    }
  }

  /** Whether this machine lets us make one. */
  static get possible(): boolean {
    const probe = `edge-${Deno.pid}-probe${made++}`;
    return ip(`netns add ${probe}`) && ip(`netns del ${probe}`);
  }

  /** Our address on the link. */
  get host(): string {
    return `${this.#subnet}.${this.#first + 1}`;
  }

  /** What to put before a command that shall run on the other host. */
  get inside(): readonly string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  /** The names of both ends, at most 15 characters. */
  get #links(): readonly [string, string] {
    return [`${this.#name}a`, `${this.#name}b`];
  }

  /** From now on every packet of the other host is lost, and nobody is told. */
  cut(): void {
    assert(ip(`-n ${this.#name} addr flush dev ${this.#links[1]}`));
  }

  [Symbol.dispose](): void {
    ip(`link del ${this.#links[0]}`);
    ip(`netns del ${this.#name}`);
  }
}

function ip(args: string): boolean {
  try {
    const options = { args: args.split(" "), stdout: "null", stderr: "null" } as const;
    return new Deno.Command("ip", options).outputSync().success;
  } catch {
    return false;
  }
}
