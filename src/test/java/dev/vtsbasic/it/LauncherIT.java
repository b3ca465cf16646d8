package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Vts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher after its host has ended. */
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {
    private static final int SIGALRM = 14;

    @TempDir
    private Path directory;

    /** The kernel ends the process half a minute after the end of its host. */
    @Test
    @Tag("long")
    @EnabledOnOs(OS.LINUX)
    void anOrphanThatHangsWhileItsAppIsLoadedIsEndedByTheKernel() throws Exception {
        Process worker = launch("console.log('loading'); for (;;);");
        try (BufferedReader output = worker.inputReader()) {
            assertEquals("loading", output.readLine());
            worker.getOutputStream().close();
            assertTrue(worker.waitFor(5, TimeUnit.MINUTES), "it hangs for ever");
            assertEquals(128 + SIGALRM, worker.exitValue());
        } finally {
            worker.destroyForcibly();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aWorkerWhoseHostIsGoneBeforeItsAppIsLoadedEnds() throws Exception {
        Process worker = launch("for (;;);");
        try {
            worker.getOutputStream().close();
            assertTrue(worker.waitFor(5, TimeUnit.MINUTES), "it hangs for ever");
        } finally {
            worker.destroyForcibly();
        }
    }

    private static final String HANDLES_SIGNALS = """
            process.on("SIGTERM", (signal) => console.log("closed the database at " + signal));
            process.once("SIGINT", () => process.exit(9));
            console.log(process.listenerCount("SIGTERM"), process.listeners("SIGINT").length);
            export default { fetch: () => new Response("answered") }
            """;

    /** A service manager or a terminal sends a signal to all processes of a service at once. */
    @ParameterizedTest
    @ValueSource(strings = {"SIGTERM", "SIGINT", "SIGHUP"})
    void aSignalFromAProcessOtherThanTheHostDoesNotEndTheWorker(String signal) throws Exception {
        Process worker = launch(HANDLES_SIGNALS);
        try (BufferedReader output = worker.inputReader()) {
            assertEquals("1 1", output.readLine());
            assertEquals("", output.readLine());
            assertEquals("word 0", output.readLine());
            Process sender = new ProcessBuilder(
                            Vts.BUN.toString(), "-e", "process.kill(" + worker.pid() + ", '" + signal + "')")
                    .inheritIO()
                    .start();
            assertEquals(0, sender.waitFor());
            assertTrue(ask().startsWith("200 "), "it no longer listens");
            tell(worker, "stop\n");
            assertEquals("closed the database at SIGTERM", output.readLine());
            assertTrue(worker.waitFor(5, TimeUnit.MINUTES), "its host's word is not obeyed");
            assertEquals(0, worker.exitValue());
        } finally {
            worker.destroyForcibly();
        }
    }

    @Test
    void anAppThatRemovesAllSignalHandlersIsStillStoppedOnlyByItsHost() throws Exception {
        Process worker = launch("""
                process.on("SIGTERM", () => process.exit(9));
                process.removeAllListeners();
                export default { fetch: () => new Response("answered") }
                """);
        try (BufferedReader output = worker.inputReader()) {
            assertEquals("", output.readLine());
            assertEquals("word 0", output.readLine());
            worker.toHandle().destroy();
            assertTrue(ask().startsWith("200 "));
            tell(worker, "stop\n");
            assertTrue(worker.waitFor(5, TimeUnit.MINUTES));
            assertEquals(0, worker.exitValue());
        } finally {
            worker.destroyForcibly();
        }
    }

    /**
     * The front checks these fields. The launcher ignores a value that would change more of the URL than scheme and
     * host.
     */
    @Test
    void theUrlHasTheSchemeAndHostOfTheFieldsAndThePathOfTheRequest() throws Exception {
        Process worker = launch("export default { fetch: (request) => new Response(request.url) }");
        try (BufferedReader output = worker.inputReader()) {
            output.readLine();
            output.readLine();
            String own = "http://inner:3000/a%2Fb?c=/d";
            assertEquals("200 " + own, ask());
            assertEquals("200 https://shop.example/a%2Fb?c=/d", ask("proto: https", "host: shop.example"));
            assertEquals("200 http://my_app:81/a%2Fb?c=/d", ask("host: my_app:81"));
            assertEquals("200 https://[2001:db8::1]/a%2Fb?c=/d", ask("proto: https", "host: [2001:db8::1]:443"));
            assertEquals("200 https://inner:3000/a%2Fb?c=/d", ask("proto: https"));
            for (String host : List.of(
                    "shop.example/admin?",
                    "shop.example?",
                    "user@evil.example",
                    "user:pass@evil.example",
                    "a\\b",
                    "a#",
                    "a:99999",
                    "a:b",
                    "[::1",
                    "1.2.3.999",
                    "a b",
                    "")) {
                assertEquals("200 " + own, ask("host: " + host), host);
            }
            for (String proto : List.of("javascript", "https:", "http://evil/", "HTTPS", "file", "")) {
                assertEquals("200 " + own, ask("proto: " + proto), proto);
            }
        } finally {
            worker.destroyForcibly();
        }
    }

    @Test
    void aRequestWithAMalformedHostDoesNotReachTheApp() throws Exception {
        Process worker = launch("export default { fetch: (request) => new Response(request.url) }");
        try (BufferedReader output = worker.inputReader()) {
            output.readLine();
            output.readLine();
            for (String host : List.of("shop.example/admin?", "user@evil.example", "a\\b", "a#b", "[::1")) {
                assertTrue(
                        send("GET /x HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                                .startsWith("HTTP/1.1 400 "),
                        host);
            }
            String empty = "GET /x/y HTTP/1.1\r\nHost:\r\nConnection: close\r\nX-Forwarded-Proto: https\r\n";
            assertTrue(send(empty + "\r\n").endsWith("\r\n\r\n/x/y"));
            assertTrue(send(empty + "X-Forwarded-Host: a_b\r\n\r\n").endsWith("\r\n\r\nhttps://a_b/x/y"));
        } finally {
            worker.destroyForcibly();
        }
    }

    @Test
    void requestIpReturnsTheForwardedClientAddress() throws Exception {
        Process worker = launch("""
                export default { fetch: (request, server) => Response.json([
                  server.requestIP(request), server.requestIP(new Request(request)), server.pendingRequests]) }
                """);
        try (BufferedReader output = worker.inputReader()) {
            output.readLine();
            output.readLine();
            String ipv4 = "{\"address\":\"192.0.2.7\",\"family\":\"IPv4\",\"port\":0}";
            assertEquals(
                    "200 [" + ipv4 + "," + ipv4 + ",1]", askWith("X-Real-IP: 192.0.2.7", "X-Forwarded-Proto: https"));
            assertTrue(askWith("X-Real-IP: ::1").startsWith("200 [{\"address\":\"::1\",\"family\":\"IPv6\""));
            assertTrue(askWith("Accept: */*").startsWith("200 ["));
        } finally {
            worker.destroyForcibly();
        }
    }

    private String ask(String... forwarded) throws IOException {
        return askWith(Stream.of(forwarded).map(field -> "X-Forwarded-" + field).toArray(String[]::new));
    }

    /** Returns status and body of the response. */
    private String askWith(String... fields) throws IOException {
        String response = send("GET /a%2Fb?c=/d HTTP/1.1\r\nHost: inner:3000\r\nConnection: close\r\n"
                + Stream.of(fields).map(field -> field + "\r\n").collect(Collectors.joining()) + "\r\n");
        return response.substring(9, 12)
                + response.substring(response.indexOf("\r\n\r\n") + 3).replaceFirst("\n", " ");
    }

    private String send(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("s")))) {
            channel.write(StandardCharsets.ISO_8859_1.encode(request));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private Process launch(String app) throws IOException {
        Path launcher = directory.resolve("launcher.js");
        try (InputStream script = getClass().getResourceAsStream("/dev/vtsbasic/bun/process/launcher.js")) {
            Files.copy(script, launcher);
        }
        SmallBuild.write(directory, app);
        Files.write(directory.resolve("mark"), new byte[4 + 64 * 256]);
        Process worker = new ProcessBuilder(Vts.BUN.toString(), launcher.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String order = """
                {"entry":"%1$s/server/server.js","directory":"%1$s","socket":"%1$s/s","mark":"%1$s/mark",\
                "token":"word","nice":0}
                """.formatted(directory);
        tell(worker, order);
        return worker;
    }

    private static void tell(Process worker, String line) throws IOException {
        worker.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
        worker.getOutputStream().flush();
    }
}
