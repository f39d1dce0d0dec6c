import { agreements } from "./agreement.ts";
import { answer } from "./answer.ts";
import { nameOf } from "./costs.ts";
import { parseQuestion } from "./question.ts";
import type { Results } from "./results.ts";
import { RUNS } from "./runs.ts";
import { agreementTable, costsTable, scores, STACKS, titleOf } from "./tables.ts";

/** A question on the page, and its answer behind it. */
const ASKED = /(```sh\ndeno run bench\/model\.ts(.*)\n```\n\n```text\n)[^]*?(```\n)/g;

/** A page with the tables of these results, and with what the model answers by them. */
export function pageWith(page: string, results: Results): string {
  const tables = {
    costs: costsTable(results),
    agreement: agreementSection(results),
    measured: settingsSection(results),
  };
  let changed = page;
  for (const [name, text] of Object.entries(tables)) changed = withPart(changed, name, text);
  return changed.replace(ASKED, (_, begin: string, args: string, end: string) => {
    const question = parseQuestion(args.split(" ").filter((arg) => arg !== ""), results.costs);
    return `${begin}${answer(question).join("\n")}\n${end}`;
  });
}

/** What was measured of each stack, with what the model says of it. */
function agreementSection({ costs, samples }: Results): string {
  return STACKS.flatMap((stack) => {
    const [cost, sample] = [costs[nameOf(stack)], samples[nameOf(stack)]];
    if (cost === undefined || sample === undefined) return [];
    const said = scores(agreements(RUNS, sample, cost));
    return [`**${titleOf(stack)}**: ${said}.`, agreementTable(cost, sample)];
  }).join("\n\n");
}

/** When, on what, and with which versions. */
function settingsSection({ settings }: Results): string {
  return STACKS.flatMap((stack) => {
    const setting = settings[nameOf(stack)];
    return setting === undefined ? [] : [`- ${titleOf(stack)}: ${setting.join("; ")}`];
  }).join("\n");
}

/** A page with a text in the place of what is between the comments of that name. */
function withPart(page: string, name: string, text: string): string {
  const part = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  return page.replace(part, (_, begin: string, end: string) => `${begin}\n${text}\n\n${end}`);
}
