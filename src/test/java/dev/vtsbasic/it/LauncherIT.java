package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher does when nobody is there to look after it. */
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {
    private static final int SIGALRM = 14;

    @TempDir
    private Path directory;

    @Test
    void anAppThatHangsWhileItIsLoadedIsEndedByTheSystem() throws Exception {
        Process worker = launch("console.log('loading'); for (;;);", 1, 60);
        try (BufferedReader output = worker.inputReader()) {
            assertEquals("loading", output.readLine());
            worker.getOutputStream().close();
            assertTrue(worker.waitFor(10, TimeUnit.SECONDS), "it hangs for ever");
            assertEquals(128 + SIGALRM, worker.exitValue());
        } finally {
            worker.destroyForcibly();
        }
    }

    @Test
    void anAppThatAnswersOutlivesTheAlarm() throws Exception {
        Process worker = launch("export default { fetch: () => new Response() }", 2, 2);
        try (BufferedReader output = worker.inputReader()) {
            assertEquals("", output.readLine());
            assertEquals("word 0", output.readLine());
            assertFalse(worker.waitFor(2500, TimeUnit.MILLISECONDS));
        } finally {
            worker.destroyForcibly();
        }
    }

    /** The host in front checks these fields; the launcher believes nothing that would make another URL of a request. */
    @Test
    void theUrlHasTheSchemeAndHostOfTheFieldsAndThePathOfTheRequest() throws Exception {
        Process worker = launch("export default { fetch: (request) => new Response(request.url) }", 60, 60);
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
    void aRequestWhoseHostIsNoneReachesNoApp() throws Exception {
        Process worker = launch("export default { fetch: (request) => new Response(request.url) }", 60, 60);
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
    void theAppIsToldTheClientsAddressByTheServerToo() throws Exception {
        Process worker = launch("""
                export default { fetch: (request, server) => Response.json([
                  server.requestIP(request), server.requestIP(new Request(request)), server.pendingRequests]) }
                """, 60, 60);
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

    /** Status and body. */
    private String askWith(String... fields) throws IOException {
        String answer = send("GET /a%2Fb?c=/d HTTP/1.1\r\nHost: inner:3000\r\nConnection: close\r\n"
                + Stream.of(fields).map(field -> field + "\r\n").collect(Collectors.joining()) + "\r\n");
        return answer.substring(9, 12)
                + answer.substring(answer.indexOf("\r\n\r\n") + 3).replaceFirst("\n", " ");
    }

    private String send(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("s")))) {
            channel.write(StandardCharsets.ISO_8859_1.encode(request));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private Process launch(String app, int startAlarm, int alarm) throws IOException {
        Path launcher = directory.resolve("launcher.js");
        try (InputStream script = getClass().getResourceAsStream("/dev/vtsbasic/bun/launcher.js")) {
            Files.copy(script, launcher);
        }
        SmallBuild.write(directory, app);
        Files.write(directory.resolve("mark"), new byte[4 + 64 * 256]);
        Process worker = new ProcessBuilder(Vts.BUN.toString(), launcher.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String order = """
                {"entry":"%1$s/server/server.js","socket":"%1$s/s","mark":"%1$s/mark","token":"word","nice":0,\
                "startAlarm":%2$d,"alarm":%3$d}
                """.formatted(directory, startAlarm, alarm);
        worker.getOutputStream().write(order.getBytes(StandardCharsets.UTF_8));
        worker.getOutputStream().flush();
        return worker;
    }
}
