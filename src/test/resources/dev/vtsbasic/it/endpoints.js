// Adds paths under /test/ to the unchanged app in the WAR, for behavior that the site itself does not show. Bun loads
// this file first (BUN_OPTIONS), and the plugin wraps the app's server entry.
import { plugin } from "bun";

plugin({
  name: "test endpoints",
  setup(build) {
    build.onLoad({ filter: /\/server\/server\.js$/ }, ({ path }) => {
      const site = JSON.stringify(path + "?site");
      return {
        loader: "js",
        // Re-export everything, because chunks of the site also import from its entry.
        contents: `import site from ${site};
          export * from ${site};
          import { around } from ${JSON.stringify(import.meta.path)};
          export default around(site);`,
      };
    });
  },
});

const events = new Map();
function event(name) {
  if (!events.has(name)) events.set(name, Promise.withResolvers());
  return events.get(name);
}

// The number of times that each malformed request, and each request hidden in one, arrived.
const malformed = new Map();

function ownAnswer(request, query, body) {
  const token = new URL(request.url).pathname.split("/").pop();
  const field = request.headers.get("x-token");
  const text = `${token} ${field} ${body} ` + `${token} `.repeat(Number(query.get("count")));
  return new Response(query.has("streamed") ? inPieces(text) : text, { headers: { "x-token": field } });
}

async function* inPieces(text) {
  for (let start = 0; start < text.length; start += 10_000) {
    yield text.slice(start, start + 10_000);
    await Bun.sleep(0);
  }
}

const endpoints = {
  malformed: () => Response.json(Object.fromEntries(malformed)),

  pid: () => new Response(String(process.pid)),

  url: (request) => new Response(request.url.slice(request.url.indexOf("/test/"))),

  log(_, query) {
    console.log("said " + query.get("word"));
    return new Response();
  },

  // Waits for an event that another request triggers.
  happened: async (_, query) => new Response(await event(query.get("what")).promise),

  happen(_, query) {
    event(query.get("what")).resolve("yes");
    return new Response();
  },

  silent(request, query) {
    const id = query.get("id");
    request.signal.addEventListener("abort", () => event("left " + id).resolve("yes"));
    event("came " + id).resolve("yes");
    return new Promise(() => {});
  },

  endless(_, query) {
    const pull = async (controller) => {
      await Bun.sleep(20);
      controller.enqueue("more ");
    };
    const cancel = () => event("left " + query.get("id")).resolve("yes");
    return new Response(new ReadableStream({ pull, cancel }));
  },

  events(_, query) {
    const id = query.get("id");
    const start = async (controller) => {
      controller.enqueue("data: one\n\n");
      await event("send " + id).promise;
      controller.enqueue("data: two\n\n");
    };
    const cancel = () => event("left " + id).resolve("yes");
    return new Response(new ReadableStream({ start, cancel }), { headers: { "content-type": "text/event-stream" } });
  },

  async upload(request) {
    const digest = new Bun.CryptoHasher("sha256");
    let length = 0;
    for await (const piece of request.body) {
      length += piece.length;
      digest.update(piece);
    }
    return new Response(length + " " + digest.digest("hex"));
  },

  // Triggers an event for each part of a body when it arrives.
  async parts(request) {
    const parts = [];
    for await (const part of request.body) {
      parts.push(new TextDecoder().decode(part));
      event("part " + parts.at(-1)).resolve("yes");
    }
    return new Response("parts: " + parts.join(" "));
  },

  // For RequestMix: responses that consist of the request's token, sent after the body, before it, or while it arrives.
  own: async (request, query) => ownAnswer(request, query, await request.text()),

  async early(request, query) {
    await Bun.sleep(Number(query.get("after")));
    return ownAnswer(request, query, "");
  },

  duplex: (request) => new Response(request.body, { headers: { "x-token": request.headers.get("x-token") } }),

  ticks(request) {
    const pull = async (controller) => {
      controller.enqueue("data: " + request.headers.get("x-token") + "\n\n");
      await Bun.sleep(10);
    };
    return new Response(new ReadableStream({ pull }), { headers: { "content-type": "text/event-stream" } });
  },

  hang() {
    for (;;);
  },

  socket(request, query, server) {
    if (server.upgrade(request, { data: query.get("id") })) return undefined;
    return new Response("not a WebSocket", { status: 400 });
  },
};

const websocket = {
  maxPayloadLength: 64 * 1024 * 1024,
  idleTimeout: 0,
  message(socket, message) {
    if (message === "bye") socket.close(4001, "as you wish");
    else if (message === "drop") socket.terminate();
    else socket.send(message);
  },
  close(socket, code, reason) {
    event("closed " + socket.data).resolve(code + " " + reason);
  },
};

export const around = (site) => ({
  websocket,
  fetch(request, server) {
    const token = request.url.match(/\/([mh][0-9]{5,})/)?.[1];
    if (token) {
      // Count only requests whose whole body arrived.
      return request.arrayBuffer().then(() => {
        malformed.set(token, (malformed.get(token) ?? 0) + 1);
        return new Response(token);
      });
    }
    const { pathname, searchParams } = new URL(request.url);
    const name = pathname.match(/\/test\/([a-z]+)/)?.[1];
    return name in endpoints ? endpoints[name](request, searchParams, server) : site.fetch(request, server);
  },
});
