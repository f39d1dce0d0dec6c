import { usageError } from "../base/usage_error.ts";
import { type Authority, parseAuthority } from "./authority.ts";

/** Whether browsers leave a port out, because it is that of http or https. */
function isDefault(port: string): boolean {
  return port === "80" || port === "443";
}

/** Whether a request may be answered that was sent to this host. */
export type HostRule = (authority: Authority | undefined) => boolean;

/**
 * Turns a list of hosts into a rule.
 *
 * @param hosts Such as `app.example`, `app.example:8443` for one port only, `[::1]`, and
 * `*.app.example` for every subdomain.
 * @throws {TypeError} If an entry is no host.
 */
export function hostRule(hosts: readonly string[]): HostRule {
  if (!Array.isArray(hosts)) throw usageError("use option hosts", "a list of hosts", typeof hosts);
  const allowed = hosts.map((entry: unknown) => {
    const wildcard = typeof entry === "string" && entry.startsWith("*.");
    const host = typeof entry === "string" && parseAuthority(wildcard ? entry.slice(2) : entry);
    if (!host) {
      throw usageError(
        "use option hosts",
        'hosts such as "app.example", "app.example:8443" or "*.app.example"',
        JSON.stringify(entry),
      );
    }
    return { hostname: wildcard ? `.${host.hostname}` : host.hostname, port: host.port, wildcard };
  });
  return (authority) =>
    authority !== undefined &&
    allowed.some(({ hostname, port, wildcard }) =>
      (port === "" || port === authority.port || (authority.port === "" && isDefault(port))) &&
      (wildcard ? authority.hostname.endsWith(hostname) : authority.hostname === hostname)
    );
}
