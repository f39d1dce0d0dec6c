/** Copies a file or a folder from one root to another, under the same path. */
export async function copy(from: string, to: string, path: string): Promise<void> {
  const { isDirectory } = await Deno.stat(`${from}/${path}`);
  if (!isDirectory) {
    const folder = `${to}/${path}`.replace(/\/[^/]*$/, "");
    await Deno.mkdir(folder, { recursive: true });
    return await Deno.copyFile(`${from}/${path}`, `${to}/${path}`);
  }
  await Deno.mkdir(`${to}/${path}`, { recursive: true });
  for await (const entry of Deno.readDir(`${from}/${path}`)) {
    await copy(from, to, `${path}/${entry.name}`);
  }
}
