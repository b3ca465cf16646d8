// Runs the app's server entry on the socket that the host chose, and ends with the host.
import { dlopen } from "bun:ffi";
import { EventEmitter } from "node:events";
import { lstatSync, readSync, rmSync } from "node:fs";
import { setPriority } from "node:os";
import { pathToFileURL } from "node:url";

// The host's first line says what to run. Not in the environment: that would reach whatever the app starts.
const { entry, directory, socket, port, token, nice, mark } = JSON.parse(firstLine());

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
        signal: { args: ["int", "ptr"], returns: "ptr" },
        fcntl: { args: ["int", "int", "int"], returns: "int" },
        poll: { args: ["ptr", "u64", "int"], returns: "int" },
      }).symbols;
    } catch {
      // Another C library, or a system where no code may be made at run time.
    }
  }
  return undefined;
}

// The host alone says when we end, because it lets running requests finish first. A service manager sends SIGTERM to all
// processes of a service at once, and a terminal SIGINT or SIGHUP: these do nothing here, also while the app is loaded.
const ENDING_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"];
const own = { on: process.on, removeAllListeners: process.removeAllListeners };
function ignoreEndingSignals() {
  // Not by SIG_IGN, which what the app starts would inherit.
  for (const signal of ENDING_SIGNALS) own.on.call(process, signal, () => {});
}
ignoreEndingSignals();

// The app's handlers of these signals are kept here, until the host says that we are to end.
const appHandlers = new EventEmitter();
const METHODS =
  "on addListener prependListener once prependOnceListener off removeListener listeners rawListeners listenerCount emit";
for (const method of METHODS.split(" ")) {
  const ofProcess = process[method];
  process[method] = (event, ...others) => {
    if (!ENDING_SIGNALS.includes(event)) return ofProcess.call(process, event, ...others);
    const result = appHandlers[method](event, ...others);
    return result === appHandlers ? process : result;
  };
}
process.removeAllListeners = (...event) => {
  if (!ENDING_SIGNALS.includes(event[0])) own.removeAllListeners.apply(process, event);
  if (event.length === 0) ignoreEndingSignals();
  if (event.length === 0 || ENDING_SIGNALS.includes(event[0])) appHandlers.removeAllListeners(...event);
  return process;
};

// A session, and so a process group, of its own: all that the app starts can be ended at once.
const libc = cLibrary();
const leads = libc?.setsid() === process.pid;
if (nice > 0) {
  // Node's function reaches one thread only; the engine has started some by now.
  const PRIO_PGRP = 1;
  if (!leads || libc.setpriority(PRIO_PGRP, 0, nice) !== 0) setPriority(nice);
}

// The host holds the other end of stdin. An end means that it is gone, however it died. Nobody else will remove the
// directory it made for this script and its socket, nor end what the app has started.
process.stdin.on("end", () => {
  const runDirectory = lstatSync(import.meta.dir, { throwIfNoEntry: false });
  // Not what someone else has put in its place since.
  if (runDirectory?.isDirectory() && (!process.getuid || runDirectory.uid === process.getuid())) {
    rmSync(import.meta.dir, { recursive: true, force: true });
  }
  if (leads) process.kill(-process.pid, "SIGKILL");
  process.exit(1);
});

// An event loop that does not come back sees no such end, so the kernel looks at stdin too: it sends SIGIO when anything
// happens there. The handler is alarm(2) itself, to which the number of the signal is a number of seconds, 29: then
// SIGALRM ends the process, unless the loop has come back and called it off. No clock runs while the host lives, because
// a machine may stand still for any time. Only on Linux, since elsewhere fcntl cannot be called like this.
if (libc && process.platform === "linux") {
  const SIGIO = 29;
  const F_GETFL = 3;
  const F_SETFL = 4;
  const F_SETOWN = 8;
  const O_ASYNC = 0o20000;
  libc.signal(SIGIO, libc.alarm.ptr);
  libc.fcntl(0, F_SETOWN, process.pid);
  libc.fcntl(0, F_SETFL, libc.fcntl(0, F_GETFL, 0) | O_ASYNC);
  setInterval(() => libc.alarm(0), 5000).unref();
  // It may have happened before: struct pollfd has the events that occurred at octet 6.
  const stdin = new Uint8Array(8);
  const POLLHUP = 0x10;
  if (libc.poll(stdin, 1, 0) > 0 && stdin[6] & POLLHUP) process.exit(1);
}

// Whatever the host says after its first line means that we are to end.
let end = () => process.exit(0);
process.stdin.on("data", () => end());
process.stdin.resume();

// The app may put another in its place.
const print = process.stdout.write.bind(process.stdout);

// What the app writes under relative names is to stay, whatever becomes of the build. Bun was started in the build, since
// it runs what bunfig.toml of that directory names.
try {
  process.chdir(directory);
} catch (error) {
  console.error(`The app cannot run in ${directory} (VTS_APP_CWD): ${error.message}`);
  process.exit(1);
}

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

end = async () => {
  for (const socket of sockets) socket.close(1001, "The server is restarting");
  const stopped = server.stop(false);
  appHandlers.emit("SIGTERM", "SIGTERM", 15);
  await stopped;
  process.exit(0);
};

// On a line of its own, whatever the app has printed without one.
print(`\n${token} ${server.port ?? 0}\n`);
