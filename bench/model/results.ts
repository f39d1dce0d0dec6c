import type { Sample } from "./agreement.ts";
import type { EngineSample } from "./flood.ts";
import { type Measured, nameOf, type Stack } from "./costs.ts";

/** What is in bench/results/model.json: whole runs, one of each stack. */
export interface Results {
  /** What was measured with what, by the name of the stack. */
  readonly settings: Readonly<Record<string, readonly string[]>>;
  readonly costs: Readonly<Record<string, Measured>>;
  /** What each run came to, in the order of the runs. */
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
  /** What the engine alone came to, by the name of the stack beside which it was measured. */
  readonly floods: Readonly<Record<string, readonly EngineSample[]>>;
}

/** The same with a stack in the place of what was there of it. */
export function withStack(
  results: Results,
  stack: Stack,
  setting: readonly string[],
  costs: Measured,
  samples: readonly Sample[],
  floods: readonly EngineSample[],
): Results {
  const name = nameOf(stack);
  return {
    settings: { ...results.settings, [name]: setting },
    costs: { ...results.costs, [name]: costs },
    samples: { ...results.samples, [name]: samples },
    floods: { ...results.floods, [name]: floods },
  };
}
