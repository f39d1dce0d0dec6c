/** Calls `task` with each line of a text that comes in pieces, until it ends. */
export async function eachLine(
  stream: ReadableStream<Uint8Array>,
  task: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) task(line);
  }
  if (rest !== "") task(rest);
}
