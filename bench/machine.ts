import { run } from "./command.ts";

/** Files that a process has open beside its connections. */
const OTHER_FILES = 100;

/** What the figures were measured on, and how processes are kept apart on it. */
export interface Machine {
  /** The processor and the system, for the table. */
  readonly title: string;
  /** A short name for machines of its kind: figures of two kinds are not compared. */
  readonly kind: string;
  /** The cores that processes are kept on; `undefined` where that cannot be done. */
  readonly serverCore: string | undefined;
  readonly loadCore: string | undefined;
  /** Files that a process may have open. */
  readonly openFiles: number;
}

/** Looks at the machine that runs us. */
export async function lookAtMachine(): Promise<Machine> {
  const cores = await pinnableCores();
  const [serverCore, loadCore] = cores.length > 1 ? [cores[0]!, cores.at(-1)!] : [];
  const limit = await run(["sh", "-c", "ulimit -n"]);
  const name = await processor();
  const count = navigator.hardwareConcurrency;
  return {
    title: `${name}, ${count} cores, ${Deno.build.os} ${Deno.osRelease().split("-")[0]}`,
    kind: `${name}, ${count} cores, ${Deno.build.os}`,
    serverCore,
    loadCore,
    openFiles: limit.text === "unlimited" || !limit.ok ? Infinity : Number(limit.text),
  };
}

/**
 * Makes sure that so many connections can be open at the same time.
 *
 * @throws {Error} If not, with what to do about it.
 */
export function demandConnections({ openFiles }: Machine, connections: number): void {
  const needed = connections + OTHER_FILES;
  if (openFiles >= needed) return;
  throw new Error(
    `Cannot open ${connections} connections: expected a limit of at least ${needed} open files, got ${openFiles}.\n` +
      `Run "ulimit -n ${needed}" in this shell first (as root, or after raising the hard limit in\n` +
      `/etc/security/limits.conf), or leave out what needs them: --only=echo,binary,upgrade,latency`,
  );
}

/** The cores that we may use, if processes can be pinned to them at all. */
async function pinnableCores(): Promise<string[]> {
  const pin = await run(["taskset", "-cp", String(Deno.pid)]);
  const list = /list: ([\d,-]+)/.exec(pin.text)?.[1];
  return list?.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, index) => String(first! + index));
  }) ?? [];
}

async function processor(): Promise<string> {
  const linux = await run(["sh", "-c", "grep -m1 'model name' /proc/cpuinfo | cut -d: -f2"]);
  if (linux.text) return linux.text;
  const mac = await run(["sysctl", "-n", "machdep.cpu.brand_string"]);
  return mac.text || Deno.build.arch;
}
