/** Answers lines of JSON: the side of the bench that runs in servers and in the load generator. */
import process from "node:process";

/** What can be asked, by the `do` of the line; the argument is what the line holds. */
export type Commands = Readonly<Record<string, (line: never) => unknown>>;

/** Answers one line after the other until standard input ends, and ends the process with it. */
export function answerLines(commands: Commands): void {
  let rest = "";
  let last: Promise<unknown> = Promise.resolve();
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) last = last.then(() => answer(JSON.parse(line)));
  });
  process.stdin.on("end", () => process.exit(0));

  async function answer(line: { do: string }): Promise<void> {
    console.log(JSON.stringify(await commands[line.do]!(line as never) ?? null));
  }
}
