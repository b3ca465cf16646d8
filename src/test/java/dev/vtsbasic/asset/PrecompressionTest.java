package dev.vtsbasic.asset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Tree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrecompressionTest {
    private static final String LONG = "many words ".repeat(1000);

    @TempDir
    private Path client;

    /** Compresses in place of Bun; the brotli files are plain copies, so that they are as long as their sources. */
    private static void gzip(List<Compressor.Job> jobs) throws IOException {
        for (Compressor.Job job : jobs) {
            Files.createDirectories(job.target().getParent());
            try (OutputStream out =
                    new GZIPOutputStream(Files.newOutputStream(CompressionResult.file(job.target(), Coding.GZIP)))) {
                Files.copy(job.source(), out);
            }
            Files.copy(job.source(), CompressionResult.file(job.target(), Coding.BROTLI));
        }
    }

    private AssetIndex read() throws IOException {
        return AssetIndex.of(client, Set.of(), new CacheControlRules(List.of()), new AssetMemory(1 << 20));
    }

    @Test
    void theIndexOfABuildIsUsedWithoutReadingItsFiles() throws Exception {
        Tree.write(client, "assets/a.js", LONG, "assets/b.png", LONG, "short.txt", "short");
        Precompression.Result result = Precompression.of(client, PrecompressionTest::gzip);
        assertEquals(3, result.files());
        assertEquals(1, result.compressed());
        assertEquals(LONG.length(), result.bytes());
        assertTrue(result.smallestBytes() < 200, result.toString());

        // The same length, so that the change would show only if the index read the file.
        Tree.write(client, "assets/a.js", LONG.replace('w', 'W'));
        Asset script = read().find("/assets/a.js");
        assertEquals(2, script.representations().length);
        Representation coded = script.representations()[0];
        assertEquals(Coding.GZIP, coded.coding());
        assertArrayEquals(LONG.getBytes(), new GZIPInputStream(Files.newInputStream(coded.file())).readAllBytes());
        assertFalse(script.claimCompression(), "the build has made all there are");
        assertEquals(1, read().find("/assets/b.png").representations().length);
        assertNull(read().find("/.vts/assets.json"), "the index is not to be served");
    }

    @Test
    void aRewrittenFileIsReadAgainAndCompressedLater() throws Exception {
        Tree.write(client, "assets/a.js", LONG, "assets/b.js", LONG);
        Precompression.of(client, PrecompressionTest::gzip);
        Tree.write(client, "assets/a.js", LONG + "more");
        AssetIndex index = AssetIndex.of(
                client, Set.of("assets/a.js"), new CacheControlRules(List.of()), new AssetMemory(1 << 20));
        Asset rewritten = index.find("/assets/a.js");
        assertEquals(1, rewritten.representations().length);
        assertEquals(LONG.length() + 4, rewritten.identity().length());
        assertTrue(rewritten.claimCompression());
        Asset other = index.find("/assets/b.js");
        assertEquals(2, other.representations().length);
        assertFalse(other.claimCompression());
    }

    @Test
    void otherFilesInTheDirectoryOfTheIndexStay() throws Exception {
        Tree.write(client, "assets/a.js", LONG, ".vts/base.json", "{}");
        Precompression.of(client, PrecompressionTest::gzip);
        Precompression.of(client, PrecompressionTest::gzip);
        assertEquals("{}", Files.readString(client.resolve(".vts/base.json")));
    }

    @Test
    void theSameFilesGiveTheSameIndex() throws Exception {
        Tree.write(client, "b.txt", LONG, "a.txt", LONG + 1, "c/d.css", LONG + 2);
        Precompression.of(client, PrecompressionTest::gzip);
        byte[] index = Files.readAllBytes(client.resolve(".vts/assets.json"));
        Precompression.of(client, PrecompressionTest::gzip);
        assertArrayEquals(index, Files.readAllBytes(client.resolve(".vts/assets.json")));
    }

    @Test
    void anIndexThatDoesNotMatchItsFilesIsIgnored() throws Exception {
        Tree.write(client, "a.js", LONG);
        Precompression.of(client, PrecompressionTest::gzip);
        Tree.write(client, "a.js", "changed", "new.js", "new");
        AssetIndex index = read();
        assertEquals(2, index.size());
        assertEquals(7, index.find("/a.js").identity().length());
        Precompression.of(client, PrecompressionTest::gzip);
        Files.delete(client.resolve("a.js"));
        assertEquals(1, read().size());
    }

    @Test
    void anIndexCannotNameFilesOutside(@TempDir Path elsewhere) throws Exception {
        Tree.write(elsewhere, "secret.txt", "SECRET");
        Tree.write(client, "a.txt", "SECRET");
        Precompression.of(client, PrecompressionTest::gzip);
        Path index = client.resolve(".vts/assets.json");
        String outside = client.toRealPath()
                .relativize(elsewhere.toRealPath())
                .resolve("secret.txt")
                .toString();
        Files.writeString(index, Files.readString(index).replace("a.txt", outside));
        assertEquals(1, read().size());
        assertNull(read().find("/" + outside));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'version': 1}",
                "{'version': 1.5, 'assets': []}",
                "{'version': 1, 'assets': [{'path': 'a.js', 'size': 1.5, 'sha256': '', 'codings': {}}]}"
            })
    void aMalformedIndexFileIsNamedInTheError(String index) throws Exception {
        Tree.write(client, ".vts/assets.json", index.replace('\'', '"'));
        String message = assertThrows(IOException.class, this::read).getMessage();
        assertTrue(message.contains(".vts/assets.json is no index of assets; delete it"), message);
    }

    @Test
    void aFileWithoutCodingsIsCompressedInTheBackground() throws Exception {
        Tree.write(client, "a.js", LONG, "b.js", "short", "c.js", LONG);
        AssetIndex index = read();
        Asset script = index.find("/a.js");
        assertTrue(script.negotiated());
        assertFalse(index.find("/b.js").negotiated());
        BlockingQueue<Integer> batches = new LinkedBlockingQueue<>();
        Compressor compressor = jobs -> {
            gzip(jobs);
            batches.add(jobs.size());
        };
        try (BackgroundCompressor codings = new BackgroundCompressor(compressor, new AssetMemory(1 << 20))) {
            assertTrue(script.claimCompression());
            assertFalse(script.claimCompression(), "asked for twice");
            codings.enqueue(script);
            assertEquals(1, batches.poll(20, TimeUnit.SECONDS));
            // The next batch begins when the results of the first are in use.
            codings.enqueue(index.find("/c.js"));
            assertEquals(1, batches.poll(20, TimeUnit.SECONDS));
        }
        assertEquals(
                List.of("gzip", "identity"),
                Arrays.stream(script.representations())
                        .map(Representation::token)
                        .toList());
    }

    @Test
    void aFailedCompressionDoesNotPreventLaterOnes() throws Exception {
        Tree.write(client, "gone.js", LONG, "c.js", LONG);
        AssetIndex index = read();
        Files.delete(client.resolve("gone.js"));
        BlockingQueue<Boolean> batches = new LinkedBlockingQueue<>();
        Compressor compressor = jobs -> {
            batches.add(Files.exists(jobs.get(0).source()));
            gzip(jobs);
        };
        try (BackgroundCompressor codings = new BackgroundCompressor(compressor, new AssetMemory(1 << 20))) {
            codings.enqueue(index.find("/gone.js"));
            assertEquals(false, batches.poll(20, TimeUnit.SECONDS));
            codings.enqueue(index.find("/c.js"));
            assertEquals(true, batches.poll(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void aFileThatCannotBeCompressedDoesNotKeepTheOthersOfItsBatchUncompressed() throws Exception {
        Tree.write(client, "first.js", LONG, "gone.js", LONG, "c.js", LONG);
        AssetIndex index = read();
        Files.delete(client.resolve("gone.js"));
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch queued = new CountDownLatch(1);
        Compressor compressor = jobs -> {
            started.countDown();
            queued.await();
            gzip(jobs);
        };
        try (BackgroundCompressor codings = new BackgroundCompressor(compressor, new AssetMemory(1 << 20))) {
            codings.enqueue(index.find("/first.js"));
            started.await();
            codings.enqueue(index.find("/gone.js"));
            codings.enqueue(index.find("/c.js"));
            queued.countDown();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (index.find("/c.js").representations().length < 2) {
                assertTrue(System.nanoTime() < deadline);
                Thread.sleep(10);
            }
        }
        assertEquals(1, index.find("/gone.js").representations().length);
    }

    @Test
    void aBuildThatIsReleasedDuringItsCompressionReturnsItsMemoryOnce() throws Exception {
        Tree.write(client, "a.js", LONG);
        Path whole = Files.write(client.resolve(".whole"), new byte[LONG.length()]);
        AssetMemory memory = new AssetMemory(LONG.length());
        AssetIndex index = AssetIndex.of(client, Set.of(), new CacheControlRules(List.of()), memory);
        CountDownLatch released = new CountDownLatch(1);
        Compressor compressor = jobs -> {
            gzip(jobs);
            index.release(memory);
            released.countDown();
        };
        try (BackgroundCompressor codings = new BackgroundCompressor(compressor, memory)) {
            codings.enqueue(index.find("/a.js"));
            released.await();
        }
        assertNotNull(memory.read(whole, LONG.length()));
        assertNull(memory.read(Files.write(client.resolve(".one"), new byte[1]), 1));
    }

    @Test
    void aFailedReadReturnsItsMemory() throws Exception {
        AssetMemory memory = new AssetMemory(10);
        assertThrows(IOException.class, () -> memory.read(client.resolve("gone"), 10));
        assertNotNull(memory.read(Files.write(client.resolve("there"), new byte[10]), 10));
    }
}
