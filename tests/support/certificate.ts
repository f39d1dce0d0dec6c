/** A certificate for localhost, PEM, or `undefined` where there is no openssl. */
export function selfSigned(): { cert: string; key: string } | undefined {
  const args = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout - -out -";
  try {
    const { success, stdout } = new Deno.Command("openssl", {
      args: args.split(" "),
      stdout: "piped",
      stderr: "null",
    }).outputSync();
    const pem = new TextDecoder().decode(stdout).match(/-----BEGIN[^]*?-----END [A-Z ]+-----\n/g);
    if (success && pem?.length === 2) return { key: pem[0]!, cert: pem[1]! };
  } catch {
    // Said below.
  }
  console.log("skipped: TLS, because there is no openssl to make a certificate with");
}
