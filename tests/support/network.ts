import { assert } from "@std/assert";

/** How often a name or a subnet may be taken already. */
const TRIES = 20;

/** A second host on this machine: a network namespace whose link can be cut. */
export class Network implements Disposable {
  readonly #name: string;
  readonly #subnet: string;

  constructor() {
    this.#name = makeNamespace();
    this.#subnet = freeSubnet();
    const [here, there] = this.#links;
    try {
      for (
        const args of [
          `link add ${here} type veth peer name ${there}`,
          `link set ${there} netns ${this.#name}`,
          `addr add ${this.host}/30 dev ${here}`,
          `link set ${here} up`,
          `-n ${this.#name} addr add ${this.#subnet}2/30 dev ${there}`,
          `-n ${this.#name} link set ${there} up`,
        ]
      ) {
        assert(ip(args) !== undefined, `ip ${args}`);
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Whether this machine lets us make one. */
  static get possible(): boolean {
    const probe = randomName();
    return ip(`netns add ${probe}`) !== undefined && ip(`netns del ${probe}`) !== undefined;
  }

  /** Our address on the link. */
  get host(): string {
    return `${this.#subnet}1`;
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
    assert(ip(`-n ${this.#name} addr flush dev ${this.#links[1]}`) !== undefined);
  }

  [Symbol.dispose](): void {
    ip(`link del ${this.#links[0]}`);
    ip(`netns del ${this.#name}`);
  }
}

/** Of at most 14 characters: what two runs on one machine make at the same time has other ones. */
function randomName(): string {
  return `edge-${crypto.randomUUID().slice(0, 8)}`;
}

/** Makes a namespace whose name nobody has. */
function makeNamespace(): string {
  for (let i = 0; i < TRIES; i++) {
    const name = randomName();
    if (ip(`netns add ${name}`) !== undefined) return name;
  }
  throw new Error("ip netns add");
}

/** The first three bytes and a dot of a subnet of which no address is on this machine. */
function freeSubnet(): string {
  for (let i = 0; i < TRIES; i++) {
    const [first, second] = crypto.getRandomValues(new Uint8Array(2));
    const subnet = `10.${128 + first! % 127}.${second}.`;
    if (ip(`-4 addr show to ${subnet}0/24`) === "") return subnet;
  }
  throw new Error("no subnet is free");
}

/** What `ip` prints; `undefined` if it fails or is not there. */
function ip(args: string): string | undefined {
  try {
    const options = { args: args.split(" "), stderr: "null" } as const;
    const { success, stdout } = new Deno.Command("ip", options).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
