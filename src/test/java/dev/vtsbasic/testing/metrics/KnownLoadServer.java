package dev.vtsbasic.testing.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.load.FaultyApp;
import dev.vtsbasic.testing.server.Vts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The app that {@link KnownLoad} sends its requests to, and a server with the limits that it reaches. */
public final class KnownLoadServer {
    /** Its start waits for as long as there is a file {@code gate}. */
    private static final String APP = """
            import { existsSync, writeFileSync } from "node:fs";
            while (existsSync("gate")) await Bun.sleep(20);
            export default {
              async fetch(request, server) {
                const { pathname } = new URL(request.url);
                switch (pathname) {
                  case "/error": return new Response("sorry", { status: 500 });
                  case "/missing": return new Response("none", { status: 404 });
                  case "/moved": return new Response(null, { status: 302, headers: { location: "/" } });
                  case "/upload": return new Response(String((await request.arrayBuffer()).byteLength));
                  case "/slow": await Bun.sleep(300); break;
                  case "/silent": await Bun.sleep(60_000); break;
                  case "/beside":
                    console.log("beside");
                    await Bun.sleep(existsSync("died") ? 0 : 60_000);
                    break;
                  case "/die": process.exit(9); break;
                  case "/die-once":
                    if (!existsSync("died")) {
                      writeFileSync("died", "");
                      process.exit(9);
                    }
                    break;
                  case "/events":
                    return new Response(
                      new ReadableStream({ start: (controller) => controller.enqueue("data: hello\\n\\n") }),
                      { headers: { "content-type": "text/event-stream" } },
                    );
                  case "/socket":
                    if (server.upgrade(request)) return;
                }
                return new Response("page ".repeat(200));
              },
              websocket: { message: (socket, message) => socket.send(message) },
            };
            """;

    private KnownLoadServer() {}

    /** Writes the app to {@code directory}, with the codings of its asset. */
    public static void writeBuild(Path directory) throws Exception {
        SmallBuild.write(directory, APP);
        Files.writeString(directory.resolve("client/assets/app-12345678.js"), "console.log('hello');".repeat(500));
        try (Vts precompress = Vts.launch(Map.of(), "precompress", directory.toString())) {
            assertEquals(0, precompress.awaitExit(), precompress.output());
        }
    }

    /** Starts a server with that app. */
    public static Vts serve(Path directory) throws Exception {
        return Vts.serve(Map.of(
                "VTS_APP_DIR",
                directory.toString(),
                "VTS_HOLD_QUEUE",
                "2",
                "VTS_MAX_CRASHES",
                "100",
                "VTS_STARTUP_TIMEOUT",
                "60s",
                "VTS_RESPONSE_TIMEOUT",
                "5s",
                "VTS_MANAGEMENT_TOKEN",
                FaultyApp.TOKEN,
                "VTS_MAINTENANCE",
                directory.resolve("maintenance").toString()));
    }
}
