// HEALTHCHECK of the image: asks the instance whether it is ready. Bun runs it, because Bun starts in a tenth of the
// time that a JVM takes. It reads the same variables as the instance, with the defaults of docs/configuration.md.
const env = process.env;
// A Kubernetes service named vts sets VTS_PORT to tcp://10.0.0.1:80. The instance ignores that value, too.
const port = /^\s*\d+\s*$/.test(env.VTS_PORT ?? "") ? env.VTS_PORT.trim() : "3000";
const context = (env.VTS_CONTEXT_PATH ?? "").replace(/\/$/, "");
const prefix = env.VTS_MANAGEMENT_PATH || "/-";
const scheme = env.VTS_TLS_CERT ? "https" : "http";
const address = (env.VTS_ADDRESS ?? "").trim().replace(/^\[(.*)\]$/, "$1");
const isIpv6 = address.includes(":");
const isEverywhere = /^[0:.]*$/.test(address);
const host = isEverywhere ? (isIpv6 ? "[::1]" : "127.0.0.1") : isIpv6 ? `[${address}]` : address;

const url = `${scheme}://${host}:${port}${context}${prefix}/ready`;
try {
  // The request goes to this container itself, so the name in the certificate does not matter.
  const answer = await fetch(url, { signal: AbortSignal.timeout(4000), tls: { rejectUnauthorized: false } });
  console.log(`${url} answered ${answer.status}: ${await answer.text()}`);
  process.exit(answer.status === 200 ? 0 : 1);
} catch (error) {
  console.log(`${url}: ${error.message}`);
  process.exit(1);
}
