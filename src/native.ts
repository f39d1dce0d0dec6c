/** The roof of ".": servers and upgrades on the runtime that runs the program. */
export { type Handler, handler } from "./native/handler.ts";
export { serve } from "./native/serve.ts";
export { createUpgradeWebSocket, upgradeWebSocket } from "./native/upgrade.ts";
