import { presenceSuite } from "./presence_suite.ts";
import { PRESENCES } from "./rows.ts";

for (const row of PRESENCES.filter(({ client }) => client === "nats")) presenceSuite(row);
