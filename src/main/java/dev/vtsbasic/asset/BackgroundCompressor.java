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
 * <p>One thread passes one batch at a time to the {@link Compressor}. The results are kept in memory only; a result
 * that does not fit into {@link AssetMemory} is dropped. Files above 8 MiB are never compressed. Safe for any number of
 * threads.
 */
final class BackgroundCompressor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundCompressor.class);
    private static final int MAX_QUEUED = 10_000;
    private static final int MAX_BATCH = 20;
    private static final long MAX_SOURCE_BYTES = 8 << 20;
    private static final long JOIN_MILLIS = 5000;

    private final BlockingQueue<Asset> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
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
    void enqueue(Asset asset) {
        if (asset.identity().length() <= MAX_SOURCE_BYTES) {
            queue.offer(asset);
        }
    }

    private void run() {
        try {
            while (true) {
                List<Asset> batch = new ArrayList<>(List.of(queue.take()));
                queue.drainTo(batch, MAX_BATCH - 1);
                try {
                    compress(batch);
                } catch (IOException | RuntimeException e) {
                    compressEach(batch, e);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("The background compression ends", e);
        }
    }

    /**
     * Compresses each file of a failed batch by itself, because one bad file must not keep the others uncompressed. The
     * file may be bad because its build was removed, and the other files may belong to another build.
     */
    private void compressEach(List<Asset> batch, Exception failure) throws InterruptedException {
        int failed = batch.size();
        Exception problem = failure;
        if (batch.size() > 1) {
            for (Asset asset : batch) {
                try {
                    compress(List.of(asset));
                    failed--;
                } catch (IOException | RuntimeException e) {
                    problem = e;
                }
            }
        }
        if (failed > 0) {
            Event.ASSETS_NOT_COMPRESSED.log(
                    LOG,
                    "{assets} assets that the build did not compress are sent as they are: {problem}",
                    failed,
                    problem.getMessage());
        }
    }

    private void compress(List<Asset> batch) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("vts-codings-");
        try {
            List<Compressor.Job> jobs = new ArrayList<>();
            for (Asset asset : batch) {
                jobs.add(new Compressor.Job(asset.source(), directory.resolve(Integer.toString(jobs.size()))));
            }
            compressor.compress(jobs);
            for (int i = 0; i < batch.size(); i++) {
                useCodings(batch.get(i), jobs.get(i).target());
            }
        } finally {
            DirectoryTree.delete(directory);
        }
    }

    private void useCodings(Asset asset, Path target) throws IOException {
        Representation identity = asset.identity();
        Map<Coding, Path> smaller = new EnumMap<>(Coding.class);
        for (Coding coding : Coding.values()) {
            Path file = CompressionResult.file(target, coding);
            if (Files.isRegularFile(file) && Files.size(file) < identity.length()) {
                smaller.put(coding, file);
            }
        }
        if (smaller.isEmpty()) {
            return;
        }
        Representation onDisk =
                new Representation(null, identity.length(), identity.entityTag(), null, identity.file());
        // Frees the memory of the uncompressed body for the codings, because few clients request it from now on.
        asset.replace(memory, onDisk);
        List<Representation> all = new ArrayList<>(List.of(onDisk));
        for (Map.Entry<Coding, Path> made : smaller.entrySet()) {
            Path file = made.getValue();
            Representation coded =
                    AssetIndex.representation(made.getKey(), IndexedAsset.Content.of(file), file, memory);
            if (coded.body() != null) {
                // Omits the file, because it is temporary, and the container would open it after it was deleted.
                all.add(new Representation(coded.coding(), coded.length(), coded.entityTag(), coded.body(), null));
            }
        }
        asset.replace(memory, all.toArray(Representation[]::new));
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
