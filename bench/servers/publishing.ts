/** What publishers over an engine share: one message, of which a hundred are under way. */
import { obey } from "./control.ts";
import { inLanes } from "./lanes.ts";

/** What is published. */
export const MESSAGE = "x".repeat(64);

/** Publishes once, and resolves when the engine has it. */
export type Publish = () => Promise<unknown>;

/** Obeys: connects to the engine on a port, then publishes as often as it is told to. */
export function obeyPublishing(connect: (port: number) => Promise<Publish>): void {
  let publish: Publish | undefined;
  obey(0, {
    async connect({ port }: { readonly port: number }) {
      publish = await connect(port);
    },
    publish: ({ count }: { readonly count: number }) => inLanes(count, publish!),
  });
}
