// Runs the app's server entry on the socket that the host chose, and ends with the host.
import { dlopen } from "bun:ffi";
import { lstatSync, readSync, rmSync } from "node:fs";
import { setPriority } from "node:os";
import { pathToFileURL } from "node:url";

// The host's first line says what to run. Not in the environment: that would reach whatever the app starts.
const { entry, socket, port, token, nice, mark, startAlarm, alarm } = JSON.parse(firstLine());

function firstLine() {
  const bytes = Buffer.alloc(64 * 1024);
  let length = 0;
  while (length === 0 || bytes[length - 1] !== 0x0a) {
    const count = readSync(0, bytes, length, bytes.length - length, null);
    if (count === 0) process.exit(1);
    length += count;
  }
  return bytes.toString("utf8", 0, length);
}

const C_LIBRARIES = {
  linux: ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`],
  darwin: ["libSystem.B.dylib"],
};

function cLibrary() {
  for (const name of C_LIBRARIES[process.platform] ?? []) {
    try {
      return dlopen(name, {
        setsid: { args: [], returns: "int" },
        setpriority: { args: ["int", "int", "int"], returns: "int" },
        alarm: { args: ["u32"], returns: "u32" },
      }).symbols;
    } catch {
      // Another C library, or a system where no code may be made at run time.
    }
  }
  return undefined;
}

// A session, and so a process group, of its own: what a terminal sends to its programs (Ctrl-C, hang-up) is for the host,
// which lets us finish first; and all that the app starts can be ended at once.
const libc = cLibrary();
const leads = libc?.setsid() === process.pid;
if (!leads) {
  process.on("SIGINT", () => {});
  process.on("SIGHUP", () => {});
}
if (nice > 0) {
  // Node's function reaches one thread only; the engine has started some by now.
  const PRIO_PGRP = 1;
  if (!leads || libc.setpriority(PRIO_PGRP, 0, nice) !== 0) setPriority(nice);
}

// The host holds the other end of stdin and writes no more: an end means that it is gone, however it died. Nobody else
// will remove the directory it made for this script and its socket, nor end what the app has started.
process.stdin.on("end", () => {
  const directory = lstatSync(import.meta.dir, { throwIfNoEntry: false });
  // Not what someone else has put in its place since.
  if (directory?.isDirectory() && (!process.getuid || directory.uid === process.getuid())) {
    rmSync(import.meta.dir, { recursive: true, force: true });
  }
  if (leads) process.kill(-process.pid, "SIGKILL");
  process.exit(1);
});
process.stdin.resume();

// An event loop that does not come back is the host's to end; when the host is gone too, the system does it. The app may
// hang even while it is loaded.
libc?.alarm(startAlarm);

// The app may put another in its place.
const print = process.stdout.write.bind(process.stdout);

const { default: app } = await import(pathToFileURL(entry).href);
if (typeof app?.fetch !== "function") {
  console.error(
    `${entry} has no default export with a fetch function; an entry that listens by itself cannot be run by this launcher`,
  );
  process.exit(1);
}

// Bun's own request for each that the app gets in its place.
const originals = new WeakMap();

// host[:port], of which nothing can be taken for a part of a path.
const AUTHORITY = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

// Bun builds request.url from the Host header, whatever that holds, and always says http. The app compares it with the
// browser's Origin, so it must carry the scheme and host the browser used. Only our host can reach this socket, and what
// it says in these fields no client can make it say.
function asTheBrowserSeesIt(request) {
  const { headers, url } = request;
  const scheme = headers.get("x-forwarded-proto") === "https" ? "https" : "http";
  const forwarded = headers.get("x-forwarded-host") ?? "";
  // Without a Host it is a path alone.
  const start = url.startsWith("http://") ? url.indexOf("/", "http://".length) : 0;
  const own = url.slice("http://".length, start);
  const host = AUTHORITY.test(forwarded) ? forwarded : own;
  if (scheme === "http" && host === own) return request;
  const origin = originOf(`${scheme}://${host}`);
  if (origin === undefined) return request;
  const seen = new Request(origin + url.slice(start), request);
  originals.set(seen, request);
  return seen;
}

// Undefined for a host of the right form that is none, such as 1.2.3.999: Bun checks no URL that it gets with a request
// to copy. Most requests have the origin of the one before.
let lastOrigin = {};
function originOf(text) {
  if (lastOrigin.text !== text) {
    lastOrigin = { text, origin: URL.canParse(text) ? new URL(text).origin : undefined };
  }
  return lastOrigin.origin;
}

// Bun would say who is at the other end of the socket, which is our host.
function clientAddress(request) {
  const own = originals.get(request) ?? request;
  const address = own.headers.get("x-real-ip");
  if (address === null) return server.requestIP(own);
  return { address, family: address.includes(":") ? "IPv6" : "IPv4", port: 0 };
}

// server.upgrade(request) and its like take only Bun's own requests.
function forTheApp(server) {
  return new Proxy(server, {
    get(_, name) {
      if (name === "requestIP") return clientAddress;
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

// Which requests were begun last: what the host reads there when our event loop does not come back, or we have ended.
// BegunRequests has the other side.
const begun = Bun.mmap(mark);
const count = new Uint32Array(begun.buffer, begun.byteOffset, 1);
const places = Array.from({ length: 64 }, (_, i) => begun.subarray(4 + i * 256, 4 + i * 256 + 255));
const encoder = new TextEncoder();
function begin(request) {
  const host = request.headers.get("host");
  if (host && !AUTHORITY.test(host)) return new Response("The Host field holds no host[:port]", { status: 400 });
  const place = places[count[0] % places.length];
  const { written } = encoder.encodeInto(request.headers.get("x-request-id") ?? "", place);
  place[written] = 0;
  count[0]++;
  return app.fetch(asTheBrowserSeesIt(request), appServer);
}

const server = Bun.serve({
  ...(socket ? { unix: socket } : { hostname: "127.0.0.1", port }),
  // The default cuts any answer that is silent for 10 seconds. The host has the time-outs.
  idleTimeout: 0,
  // The host has the limit.
  maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  development: false,
  fetch: (request) =>
    request.headers.get("vts-ping") === token
      ? new Response(null, { status: 204, headers: { "vts-memory": String(process.memoryUsage.rss()) } })
      : begin(request),
  ...(app.websocket ? { websocket: tracked(app.websocket) } : {}),
});
const appServer = forTheApp(server);

// Put off for as long as the event loop runs.
if (libc) {
  libc.alarm(alarm);
  setInterval(() => libc.alarm(alarm), 1000).unref();
}

process.on("SIGTERM", async () => {
  for (const socket of sockets) socket.close(1001, "The server is restarting");
  await server.stop(false);
  process.exit(0);
});

// On a line of its own, whatever the app has printed without one.
print(`\n${token} ${server.port ?? 0}\n`);
