// Runs the app's server entry on the socket that the JVM chose, and ends when the JVM ends.
import { dlopen } from "bun:ffi";
import { EventEmitter } from "node:events";
import { lstatSync, readSync, rmSync } from "node:fs";
import { setPriority } from "node:os";
import { pathToFileURL } from "node:url";

// The JVM's first line on stdin says what to run. It is not in the environment, because processes that the app starts
// would inherit it.
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
      // The system has another C library, or forbids code that is made at run time.
    }
  }
  return undefined;
}

// This process ignores these signals, even while it loads the app: only the JVM decides when this process ends, because
// the JVM lets the in-flight requests finish first. A service manager sends SIGTERM to all processes of a service at
// once, and a terminal sends SIGINT or SIGHUP.
const ENDING_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"];
const own = { on: process.on, removeAllListeners: process.removeAllListeners };
function ignoreEndingSignals() {
  // The handler is an empty function and not SIG_IGN, because processes that the app starts would inherit SIG_IGN.
  for (const signal of ENDING_SIGNALS) own.on.call(process, signal, () => {});
}
ignoreEndingSignals();

// Holds the app's handlers of these signals. The handlers of SIGTERM run when the JVM asks this process to end.
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

// This process starts a session, and so a process group, so that the processes that the app starts can be killed
// together.
const libc = cLibrary();
const leads = libc?.setsid() === process.pid;
if (nice > 0) {
  // The priority is set for the group, because Node's setPriority changes only one thread, and the engine has already
  // started others.
  const PRIO_PGRP = 1;
  if (!leads || libc.setpriority(PRIO_PGRP, 0, nice) !== 0) setPriority(nice);
}

// The JVM holds the other end of stdin, so stdin ends when the JVM ends in any way. This process then removes the
// directory that the JVM made for this script and its socket, and kills the processes that the app has started.
process.stdin.on("end", () => {
  const runDirectory = lstatSync(import.meta.dir, { throwIfNoEntry: false });
  // Only a directory of this user is removed, because another user may have made one at this path meanwhile.
  if (runDirectory?.isDirectory() && (!process.getuid || runDirectory.uid === process.getuid())) {
    rmSync(import.meta.dir, { recursive: true, force: true });
  }
  if (leads) process.kill(-process.pid, "SIGKILL");
  process.exit(1);
});

// A blocked event loop does not see the end of stdin, so the kernel watches stdin, too: it sends SIGIO when anything
// happens there. The handler of SIGIO is alarm(2) itself, whose argument, a number of seconds, is then the signal's
// number, 29. SIGALRM ends the process after that time, unless the event loop runs again and cancels the alarm. No
// timer runs while the JVM runs, because a machine may be suspended for any time. This is for Linux only, because
// elsewhere fcntl cannot be called like this.
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
  // Stdin may have ended before the kernel began to watch it. In struct pollfd, the events that have occurred start at
  // byte 6.
  const stdin = new Uint8Array(8);
  const POLLHUP = 0x10;
  if (libc.poll(stdin, 1, 0) > 0 && stdin[6] & POLLHUP) process.exit(1);
}

// Any input after the first line asks this process to end.
let end = () => process.exit(0);
process.stdin.on("data", () => end());
process.stdin.resume();

// This keeps the original function, because the app may replace process.stdout.write.
const print = process.stdout.write.bind(process.stdout);

// Files that the app writes under relative names have to outlive the build, so the app runs in another directory. Bun
// itself was started in the build, because it runs the modules that the bunfig.toml of its start directory names.
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

// Maps each request that asTheBrowserSeesIt has made to Bun's own request.
const originals = new WeakMap();

// Matches host[:port] without a character that could start a path.
const AUTHORITY = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

// Bun builds request.url from the Host field without a check, and always with the scheme http. The app compares the URL
// with the browser's Origin, so the URL must have the scheme and host that the browser used. The X-Forwarded-* fields
// hold these and can be trusted, because only the proxy can reach this socket, and it lets no client set them.
function asTheBrowserSeesIt(request) {
  const { headers, url } = request;
  const scheme = headers.get("x-forwarded-proto") === "https" ? "https" : "http";
  const forwarded = headers.get("x-forwarded-host") ?? "";
  // Without a Host field, the URL is only a path.
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

// Returns undefined for an invalid host of the right form, such as 1.2.3.999, because Bun does not check the URL in
// new Request(url, request). The last result is kept, because most requests have the same origin as the one before.
let lastOrigin = {};
function originOf(text) {
  if (lastOrigin.text !== text) {
    lastOrigin = { text, origin: URL.canParse(text) ? new URL(text).origin : undefined };
  }
  return lastOrigin.origin;
}

// Returns the client's address as the proxy gives it, because server.requestIP would return the proxy's address.
function clientAddress(request) {
  const own = originals.get(request) ?? request;
  const address = own.headers.get("x-real-ip");
  if (address === null) return server.requestIP(own);
  return { address, family: address.includes(":") ? "IPv6" : "IPv4", port: 0 };
}

// Passes Bun's own requests to the server's methods, because server.upgrade(request) and similar ones accept no others.
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

// Holds the open WebSockets. They do not end by themselves, so this process closes them when the JVM asks it to end.
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

// Records the requests that the app received last in a memory-mapped file, in the format of BegunRequests.java. The JVM
// reads the file when this event loop is blocked or this process has ended.
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
  // 0 disables the time-out, because the proxy has time-outs of its own, and Bun's default would cut a response that
  // sends nothing for 10 seconds.
  idleTimeout: 0,
  // Bun does not limit the body, because the proxy does.
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

// The first line break ends a line that the app may have left unfinished on standard output.
print(`\n${token} ${server.port ?? 0}\n`);
