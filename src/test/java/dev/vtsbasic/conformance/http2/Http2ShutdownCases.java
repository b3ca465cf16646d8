package dev.vtsbasic.conformance.http2;

import static dev.vtsbasic.conformance.harness.Scene.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Wire;
import dev.vtsbasic.conformance.http2.Http2Event.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Connections during a drain and a stop. */
abstract class Http2ShutdownCases extends Http2Cases {
    Http2ShutdownCases(Http2Scene scene) {
        super(scene);
    }

    @Test
    void aDrainSendsGoawayAndServesOldAndNewStreams() throws Exception {
        Map<String, String> own = new HashMap<>(scene.settings());
        own.put("VTS_MANAGEMENT_TOKEN", "secret");
        try (Proxy draining = Proxy.vts(scene.upstream().port(), own);
                Http2Client before = scene.connect(draining)) {
            Http2Stream running = before.get("/");
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", CHUNKED, "Connection: close") + "5\r\nfirst\r\n");
            assertEquals(200, running.head().status());
            assertEquals("first", running.data());
            assertEquals(200, change(before, "/-/drain").status());
            assertGoaway(before);
            server.send("4\r\nmore\r\n");
            assertEquals("more", running.data());
            server.send("0\r\n\r\n");
            try (Http2Client during = scene.connect(draining)) {
                Http2Stream stream = during.get("/");
                Wire next = scene.server();
                next.request();
                assertGoaway(during);
                next.send(OK);
                assertEquals("ok", stream.response().body());
            }
            try (Http2Client after = scene.connect(draining)) {
                assertEquals(200, change(after, "/-/resume").status());
            }
            try (Http2Client after = scene.connect(draining)) {
                for (int i = 0; i < 2; i++) {
                    Http2Stream stream = after.get("/");
                    Wire next = scene.server();
                    next.request();
                    next.send(OK);
                    assertEquals("ok", stream.response().body());
                }
                assertNull(after.connection().nextWithin(Duration.ofMillis(200)), "it still drains");
            }
        }
    }

    private static Http2Response change(Http2Client client, String path) throws Exception {
        return client.request("POST", path, true, "authorization", "Bearer secret")
                .response();
    }

    private static void assertGoaway(Http2Client client) throws Exception {
        Http2Event goaway = client.connection().next();
        assertEquals(Kind.GOAWAY, goaway.kind());
        assertEquals(Http2Client.NO_ERROR, goaway.code());
    }

    @Test
    void aStopLetsRunningStreamsFinish() throws Exception {
        int window = 65_535;
        try (Proxy stopping = Proxy.vts(scene.upstream().port(), scene.settings());
                Http2Client own = scene.connect(stopping)) {
            // The server has much left of the first response and nothing of the second: the proxy holds the bytes
            // beyond the client's window.
            Map<Http2Stream, Integer> lengths = new LinkedHashMap<>();
            Map<Http2Stream, Http2Event> heads = new HashMap<>();
            List<Wire> servers = new ArrayList<>();
            for (int length : List.of(window + 100_000, window + 1000)) {
                Http2Stream stream = own.get("/");
                lengths.put(stream, length);
                Wire server = scene.server();
                servers.add(server);
                server.request();
                server.send(response("200 OK", "Content-Length: " + length));
                server.send(Wire.filled(window + 1000));
                heads.put(stream, stream.head());
                for (int got = 0; got < window; ) {
                    got += stream.data().length();
                }
            }
            stopping.terminate();
            Http2Event goaway = own.connection().next();
            assertEquals(Kind.GOAWAY, goaway.kind());
            assertEquals(Http2Client.NO_ERROR, goaway.code());
            servers.get(0).send(Wire.filled(99_000));
            for (Http2Stream stream : lengths.keySet()) {
                assertNull(own.connection().nextWithin(Duration.ofMillis(200)), "it did not wait");
                stream.allow(100_000);
                Http2Response rest = stream.rest(heads.get(stream));
                assertTrue(rest.complete(), rest.end().toString());
                assertEquals(lengths.get(stream), window + rest.body().length());
            }
            assertEquals(0, stopping.awaitExit(), stopping.output());
        }
    }

    @Test
    void aStopLetsDownloadsFinish() throws Exception {
        int window = 65_535;
        List<Integer> lengths = List.of(window + 100_000, window + 1000);
        try (Proxy stopping = Proxy.vts(scene.upstream().port(), withFiles(lengths));
                Http2Client own = scene.connect(stopping)) {
            List<Http2Stream> streams = new ArrayList<>();
            List<Http2Event> heads = new ArrayList<>();
            for (int length : lengths) {
                Http2Stream stream = own.get("/" + length + ".bin");
                streams.add(stream);
                heads.add(stream.head());
                for (int got = 0; got < window; ) {
                    got += stream.data().length();
                }
            }
            stopping.terminate();
            assertGoaway(own);
            for (int i = 0; i < streams.size(); i++) {
                assertNull(own.connection().nextWithin(Duration.ofSeconds(1)), "it did not wait");
                streams.get(i).allow(100_000);
                Http2Response rest = streams.get(i).rest(heads.get(i));
                assertTrue(rest.complete(), rest.end().toString());
                assertEquals(lengths.get(i), window + rest.body().length());
            }
            assertEquals(0, stopping.awaitExit(), stopping.output());
        }
    }

    @Test
    void aDownloadThatIsNotReadIsCutAfterTheStopTimeout() throws Exception {
        Map<String, String> withFile = withFiles(List.of(200_000));
        withFile.put("VTS_STOP_TIMEOUT", "1s");
        try (Proxy stopping = Proxy.vts(scene.upstream().port(), withFile);
                Http2Client own = scene.connect(stopping)) {
            assertEquals(200, own.get("/200000.bin").head().status());
            stopping.terminate();
            assertEquals(143, stopping.awaitExit(), stopping.output());
            assertTrue(stopping.output().contains("1 requests did not finish"), stopping.output());
        }
    }

    /** Settings of a server that has asset files of these lengths. */
    private Map<String, String> withFiles(List<Integer> lengths) throws IOException {
        Path dist = Files.createTempDirectory(scene.directory(), "dist");
        Files.createDirectories(dist.resolve("client"));
        Files.createDirectories(dist.resolve("server"));
        Files.writeString(dist.resolve("server/server.js"), "export default { fetch() {} };");
        for (int length : lengths) {
            Files.write(dist.resolve("client/" + length + ".bin"), new byte[length]);
        }
        Map<String, String> withFiles = new HashMap<>(scene.settings());
        withFiles.put("VTS_APP_DIR", dist.toString());
        return withFiles;
    }
}
