/** A certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

let made: Certificate | undefined;

/** A certificate for localhost, or `undefined` where there is no openssl. The same at each call. */
export function selfSigned(): Certificate | undefined {
  return made ??= make();
}

function make(): Certificate | undefined {
  const args = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout - -out -";
  try {
    const { success, stdout } = new Deno.Command("openssl", {
      args: args.split(" "),
      stdout: "piped",
      stderr: "null",
    }).outputSync();
    const pem = new TextDecoder().decode(stdout).match(/-----BEGIN[^]*?-----END [A-Z ]+-----\n/g);
    return success && pem?.length === 2 ? { key: pem[0]!, cert: pem[1]! } : undefined;
  } catch {
    return undefined;
  }
}
