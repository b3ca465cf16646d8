// Makes the AOT cache of the image: starts the server as the image will, requests pages, and stops the server. The JVM
// then writes the classes that it has loaded and compiled. A failed run fails the build of the image.
const cache = "/opt/vts/vts.aot";
const server = Bun.spawn(
  ["/opt/java/bin/java", `-XX:AOTCacheOutput=${cache}`, "@/opt/vts/java.args"],
  { stdout: "pipe", stderr: "inherit", env: { PATH: process.env.PATH, VTS_PORT: "0", VTS_ADDRESS: "127.0.0.1" } },
);
// Kill the server, because it must not outlive a run that failed or took too long.
process.on("exit", () => server.kill("SIGKILL"));
process.on("SIGTERM", () => process.exit(1));

const ready = Promise.withResolvers();
const printed = read();
await visitAll(await ready.promise);
server.kill("SIGTERM");
await printed;
const code = await server.exited;
if (code !== 0) throw new Error(`java ended with ${code}`);
console.log(`${cache}: ${Bun.file(cache).size} bytes`);

async function read() {
  const decoder = new TextDecoder();
  let output = "";
  for await (const bytes of server.stdout) {
    process.stdout.write(bytes);
    output += decoder.decode(bytes);
    const port = /Ready on http:\/\/localhost:(\d+)/.exec(output)?.[1];
    if (port) ready.resolve(`http://127.0.0.1:${port}`);
  }
  ready.reject(new Error("java ended before it was ready"));
}

async function visitAll(origin) {
  const page = await (await fetch(`${origin}/about`)).text();
  const assets = new Set(page.match(/\/assets\/[\w.-]+/g));
  if (assets.size === 0) throw new Error("the page names no assets: " + page);
  for (let round = 0; round < 3; round++) {
    for (const path of [...assets, "/favicon.ico", "/", "/country", "/assets/gone.js", "/nothing", "/-/live", "/-/ready"]) {
      await (await fetch(origin + path)).arrayBuffer();
    }
    await (await fetch(`${origin}/about`, { method: "POST", body: "x".repeat(100_000) })).text();
  }
  await new Promise((resolve, reject) => {
    const socket = new WebSocket(`${origin.replace("http", "ws")}/api/echo`, { headers: { Origin: origin } });
    socket.onopen = () => socket.send("hello");
    socket.onmessage = () => socket.close();
    socket.onclose = resolve;
    socket.onerror = reject;
  });
}
