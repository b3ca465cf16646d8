// Runs the app's server entry on the socket that the host chose, and ends with the host.
import { rmSync } from "node:fs";
import { pathToFileURL } from "node:url";

const {
  VTS_LAUNCH_ENTRY: entry,
  VTS_LAUNCH_SOCKET: socket,
  VTS_LAUNCH_PORT: port,
  VTS_LAUNCH_TOKEN: token,
} = process.env;
for (const name of Object.keys(process.env)) {
  if (name.startsWith("VTS_LAUNCH_")) delete process.env[name];
}

// The host holds the other end of stdin and never writes: an end means that it is gone, however it died. Nobody else
// will remove the directory it made for this script and its socket.
process.stdin.on("end", () => {
  rmSync(import.meta.dir, { recursive: true, force: true });
  process.exit(1);
});
process.stdin.resume();

const { default: app } = await import(pathToFileURL(entry).href);
if (typeof app?.fetch !== "function") {
  console.error(
    `${entry} has no default export with a fetch function; an entry that listens by itself cannot be run by this launcher`,
  );
  process.exit(1);
}

// Bun's own request for each that the app gets in its place.
const originals = new WeakMap();

// Bun builds request.url from the Host header and always says http. The app compares it with the browser's Origin, so
// it must carry the scheme and host the browser used. Only our host can reach this socket, and what it says in these
// fields no client can make it say.
function asTheBrowserSeesIt(request) {
  const scheme = request.headers.get("x-forwarded-proto") ?? "http";
  const host = request.headers.get("x-forwarded-host");
  const start = request.url.indexOf("/", "http://".length);
  const own = request.url.slice("http://".length, start);
  if (scheme === "http" && (host === null || host === own)) return request;
  const seen = new Request(`${scheme}://${host ?? own}${request.url.slice(start)}`, request);
  originals.set(seen, request);
  return seen;
}

// server.upgrade(request) and its like take only Bun's own requests.
function forTheApp(server) {
  return new Proxy(server, {
    get(_, name) {
      const value = server[name];
      if (typeof value !== "function") return value;
      return (first, ...others) => value.call(server, originals.get(first) ?? first, ...others);
    },
  });
}

// WebSockets have no end to wait for: they are told to come back when the worker is to stop.
const sockets = new Set();
function tracked(handlers) {
  return {
    ...handlers,
    open(socket) {
      sockets.add(socket);
      return handlers.open?.(socket);
    },
    close(socket, ...reason) {
      sockets.delete(socket);
      return handlers.close?.(socket, ...reason);
    },
  };
}

const server = Bun.serve({
  ...(socket ? { unix: socket } : { hostname: "127.0.0.1", port: Number(port) }),
  // The default cuts any answer that is silent for 10 seconds. The host has the time-outs.
  idleTimeout: 0,
  // The host has the limit.
  maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  development: false,
  fetch: (request) =>
    request.headers.get("vts-ping") === token
      ? new Response(null, { status: 204, headers: { "vts-memory": String(process.memoryUsage.rss()) } })
      : app.fetch(asTheBrowserSeesIt(request), appServer),
  ...(app.websocket ? { websocket: tracked(app.websocket) } : {}),
});
const appServer = forTheApp(server);

process.on("SIGTERM", async () => {
  for (const socket of sockets) socket.close(1001, "The server is restarting");
  await server.stop(false);
  process.exit(0);
});

process.stdout.write(`${token} ${server.port ?? 0}\n`);
