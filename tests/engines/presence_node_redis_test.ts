import { presenceSuite } from "./presence_suite.ts";
import { PRESENCES } from "./rows.ts";

for (const row of PRESENCES.filter(({ client }) => client === "node-redis")) presenceSuite(row);
