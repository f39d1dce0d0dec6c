import { assertThrows } from "@std/assert";
import { checkHostOptions } from "../../src/server/host_options.ts";
import { checkCompression } from "../../src/workers/fetch.ts";

Deno.test("whoever asks for compression hears that the runtime decides on it", () => {
  checkCompression(checkHostOptions({}));
  checkCompression(checkHostOptions({ compression: false }));
  for (const compression of [true, { threshold: 100 }]) {
    const checked = checkHostOptions({ compression });
    assertThrows(() => checkCompression(checked), TypeError, "got Cloudflare Workers");
  }
});
