/** What the pictures of the bench share: text that is readable on light and on dark pages. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 13px; }
  .note { fill: #59636e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .note { fill: #9198a1; }
  }
`;

/** A whole picture; sizes in pixels. */
export function document(
  width: number,
  height: number,
  style: string,
  elements: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${STYLE}${style}</style>`,
    ...elements,
    "</svg>\n",
  ].join("\n");
}

/** A line of text; `y` is its base line. */
export function text(x: number, y: number, kind: string, content: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text class="${kind}" x="${fixed(x)}" y="${fixed(y)}">${escaped}</text>`;
}

/** A coordinate. */
export function fixed(value: number): string {
  return value.toFixed(1);
}
