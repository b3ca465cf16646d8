package dev.vtsbasic.it;

import static dev.vtsbasic.testing.server.FailedStart.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program's commands other than {@code serve}, and the build checks that they share with it. */
@Tag("java")
@Order(1)
class CommandIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    @Tag("long")
    void aBuildWithAMissingAssetIsRefused(@TempDir Path directory) throws Exception {
        SmallBuild.write(
                directory,
                "const css = '/assets/styles-AAAAAAAA.css'; export default { fetch: () => new Response(css) }");
        Files.writeString(directory.resolve("client/assets/styles-BBBBBBBB.css"), "");
        Map<String, String> environment = Map.of("VTS_APP_DIR", directory.toString());
        assertFails(
                2, "client/assets/styles-AAAAAAAA.css does not exist but is named in server/server.js", environment);
        try (Vts vts = Vts.launch(Map.of(), "validate", directory.toString())) {
            assertEquals(1, vts.awaitExit(), vts.output());
            assertTrue(vts.output().contains("there is assets/styles-BBBBBBBB.css"), vts.output());
        }
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", directory.toString(), "VTS_VALIDATE", "warn"))) {
            assertEquals(200, get(vts.uri(), "/").statusCode());
        }
    }

    @Test
    void serveAndValidateRefuseAnUnusableBuildWithTheSameMessage(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, "import 'react'; export default { fetch: () => new Response('x') }");
        assertRefused("react is imported by server/server.js but is in no node_modules of that directory", directory);

        SmallBuild.write(directory, "export default { fetch: () => new Response('/shop/assets/a-AbCd12eF.js') }");
        Files.writeString(directory.resolve("client/assets/a-AbCd12eF.js"), "");
        assertRefused("is made for /shop/ and browsers see it at /:", directory);
        try (Vts vts = Vts.launch(Map.of("VTS_CONTEXT_PATH", "/shop"), "validate", directory.toString())) {
            assertEquals(0, vts.awaitExit(), vts.output());
        }
    }

    private static void assertRefused(String why, Path build) throws Exception {
        assertFails(2, why, Map.of("VTS_APP_DIR", build.toString()));
        try (Vts vts = Vts.launch(Map.of(), "validate", build.toString())) {
            assertEquals(1, vts.awaitExit(), vts.output());
            assertTrue(vts.output().contains(why), vts.output());
        }
    }

    @Test
    void validateHasStableExitCodesAndJson(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, "export default {}; '/shop/assets/a-AbCd12eF.js'; '/home/me/app/src/a.tsx'");
        Files.writeString(directory.resolve("client/assets/a-AbCd12eF.js"), "");
        assertValidates(
                0,
                "{\"valid\":true,\"root\":\"" + directory + "\",\"base\":\"/shop/\",\"files\":1,\"references\":1,"
                        + "\"missing\":[],\"warnings\":[{\"kind\":\"build-path\",\"file\":\"server/server.js\","
                        + "\"message\":\"server/server.js holds a path of the machine that built it:"
                        + " /home/me/app/src/a.tsx\",\"excerpt\":\"/home/me/app/src/a.tsx\",\"count\":1}]}",
                "--json",
                "--context-path",
                "/shop",
                directory.toString());
        Path renamed = directory.resolve("client/assets/a-GhCd12eF.js");
        Files.move(directory.resolve("client/assets/a-AbCd12eF.js"), renamed);
        Files.writeString(directory.resolve("server/server.js"), "'/shop/assets/a-AbCd12eF.js'");
        assertValidates(
                1,
                "{\"valid\":false,\"root\":\"" + directory + "\",\"base\":\"/shop/\",\"files\":1,\"references\":1,"
                        + "\"missing\":[{\"name\":\"assets/a-AbCd12eF.js\",\"namedIn\":[\"server/server.js\"],"
                        + "\"similar\":[\"assets/a-GhCd12eF.js\"]}],\"warnings\":[]}",
                "--json",
                directory.toString());
        Path file = directory.resolve("client/assets/a-GhCd12eF.js");
        assertValidates(2, file + " is not a directory", "--json", file.toString());
        Path loop = Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
        assertValidates(2, loop + " is not a directory", loop.toString());
    }

    private static void assertValidates(int exitCode, String output, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("validate"));
        command.addAll(List.of(arguments));
        try (Vts vts = Vts.launch(Map.of(), command.toArray(String[]::new))) {
            assertEquals(exitCode, vts.awaitExit(), vts.output());
            assertEquals(output, vts.output());
        }
    }

    @Test
    void helpAndVersionArePrinted() throws Exception {
        for (String option : List.of("--help", "--version")) {
            try (Vts vts = Vts.launch(Map.of(), option)) {
                assertEquals(0, vts.awaitExit(), vts.output());
                assertTrue(vts.output().toLowerCase(java.util.Locale.ROOT).contains("vts"), vts.output());
            }
        }
    }

    private static HttpResponse<String> get(URI server, String path) throws IOException, InterruptedException {
        return send(request(server, path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(URI server, String path) {
        return HttpRequest.newBuilder(server.resolve(path)).timeout(Program.PATIENCE);
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
