import { replayFaults } from "./replay_faults.ts";
import { FAULTS } from "./rows.ts";

for (const row of FAULTS["NATS"] ?? []) replayFaults(row);
