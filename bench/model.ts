/**
 * What topics over an engine take: how many processes and shards a load needs, how long a message is
 * under way, and what breaks first. `deno run bench/model.ts` answers for a million connections, and
 * with options for others. The constants are those of bench/results/model.json, which
 * `deno task bench topics --model` measures.
 */
import { answer } from "./model/answer.ts";
import { parseQuestion, USAGE } from "./model/question.ts";

try {
  const wantsHelp = Deno.args.includes("--help");
  console.log(wantsHelp ? USAGE : answer(parseQuestion(Deno.args)).join("\n"));
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(error.message);
  Deno.exit(2);
}
