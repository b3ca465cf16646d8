package dev.vtsbasic.asset;

import dev.vtsbasic.file.DirectoryTree;
import dev.vtsbasic.log.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compresses the files that the build did not compress, each when a client first requests it. Until then the file is
 * sent uncompressed.
 *
 * <p>One thread has one batch compressed at a time. The results are kept in memory only; a result that does not fit
 * into {@link AssetMemory} is dropped. Files above 8 MiB are never compressed. Safe for any number of threads.
 */
final class BackgroundCompressor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundCompressor.class);
    private static final int MAX_QUEUED = 10_000;
    private static final int MAX_BATCH = 20;
    private static final long MAX_SOURCE_BYTES = 8 << 20;
    private static final long JOIN_MILLIS = 5000;

    private final BlockingQueue<Asset> asked = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final Compressor compressor;
    private final AssetMemory memory;
    private final Thread thread = new Thread(this::run, "vts-codings");

    BackgroundCompressor(Compressor compressor, AssetMemory memory) {
        this.compressor = compressor;
        this.memory = memory;
        thread.setDaemon(true);
        thread.start();
    }

    /** Queues an asset and returns at once. If the queue is full, the asset stays uncompressed. */
    void ask(Asset asset) {
        if (asset.identity().length() <= MAX_SOURCE_BYTES) {
            asked.offer(asset);
        }
    }

    private void run() {
        try {
            while (true) {
                List<Asset> batch = new ArrayList<>(List.of(asked.take()));
                asked.drainTo(batch, MAX_BATCH - 1);
                try {
                    make(batch);
                } catch (IOException | RuntimeException e) {
                    // Go on: a batch may fail because its build was removed with its files, and the next one may be of
                    // another build.
                    Event.ASSETS_NOT_COMPRESSED.log(
                            LOG,
                            "{assets} assets that the build did not compress are sent as they are: {problem}",
                            batch.size(),
                            e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("No more codings are made", e);
        }
    }

    private void make(List<Asset> batch) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("vts-codings-");
        try {
            make(batch, directory);
        } finally {
            DirectoryTree.delete(directory);
        }
    }

    private void make(List<Asset> batch, Path directory) throws IOException, InterruptedException {
        List<Compressor.Job> jobs = new ArrayList<>();
        for (Asset asset : batch) {
            jobs.add(new Compressor.Job(asset.source(), directory.resolve(Integer.toString(jobs.size()))));
        }
        compressor.compress(jobs);
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i)
                    .replace(withCodings(batch.get(i).identity(), jobs.get(i).target()));
        }
    }

    private Representation[] withCodings(Representation identity, Path target) throws IOException {
        Map<Coding, Path> smaller = new EnumMap<>(Coding.class);
        for (Coding coding : Coding.values()) {
            Path file = CompressionResult.file(target, coding);
            if (Files.isRegularFile(file) && Files.size(file) < identity.length()) {
                smaller.put(coding, file);
            }
        }
        if (smaller.isEmpty()) {
            return new Representation[] {identity};
        }
        // Free its memory for the codings, because few clients request the uncompressed file from now on.
        memory.release(identity);
        List<Representation> all = new ArrayList<>();
        all.add(new Representation(null, identity.length(), identity.entityTag(), null, identity.file()));
        for (Map.Entry<Coding, Path> made : smaller.entrySet()) {
            Path file = made.getValue();
            Representation coded =
                    AssetIndex.representation(made.getKey(), IndexedAsset.Content.of(file), file, memory);
            if (coded.body() != null) {
                // Without its file, which is temporary: the container would open it after it was deleted.
                all.add(new Representation(coded.coding(), coded.length(), coded.entityTag(), coded.body(), null));
            }
        }
        return all.toArray(Representation[]::new);
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
