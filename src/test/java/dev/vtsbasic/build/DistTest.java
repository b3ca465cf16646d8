package dev.vtsbasic.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vtsbasic.testing.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistTest {
    @TempDir
    private Path root;

    @Test
    void aBuildIsFoundWithItsEntry() throws Exception {
        Tree.write(root, "client/robots.txt", "", "server/index.mjs", "", "server/server.js", "");
        assertEquals(root.resolve("server/server.js"), Dist.at(root).entry());
        Files.delete(root.resolve("server/server.js"));
        assertEquals(root.resolve("server/index.mjs"), Dist.at(root).entry());
    }

    @Test
    void aPathThatIsNoDirectoryIsRefused() throws Exception {
        Path file = Files.writeString(root.resolve("dist"), "");
        assertEquals(file + " is not a directory", refusal(file));
        assertEquals(root.resolve("gone") + " is not a directory", refusal(root.resolve("gone")));
    }

    @Test
    void aBuildWithoutClientOrServerDirectoryIsRefused() throws Exception {
        String remedy =
                "; it must hold client/ (static files) and server/ (the server entry), as `vite build` makes them";
        Files.createDirectory(root.resolve("server"));
        assertEquals(root + " has no directory client/" + remedy, refusal(root));
        Files.move(root.resolve("server"), root.resolve("client"));
        assertEquals(root + " has no directory server/" + remedy, refusal(root));
    }

    @Test
    void aServerWithoutEntryIsRefused() throws Exception {
        Tree.write(root, "client/robots.txt", "", "server/main.js", "");
        assertEquals(
                root.resolve("server")
                        + " has no server entry; it must be one of server.js, index.js, server.mjs, index.mjs,"
                        + " entry-server.js, entry-server.mjs",
                refusal(root));
    }

    @Test
    void theServersManifestNamesAnyOtherEntry() throws Exception {
        Tree.write(root, "client/robots.txt", "", "server/main.js", "");
        Tree.write(root, "server/.vite/manifest.json", "{\"a.ts\":{\"file\":\"main.js\",\"isEntry\":true}}");
        assertEquals(root.resolve("server/main.js"), Dist.at(root).entry());
    }

    private static String refusal(Path root) {
        return assertThrows(IOException.class, () -> Dist.at(root)).getMessage();
    }
}
