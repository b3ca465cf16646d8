package dev.vtsbasic.asset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the codings of files that came without, each when it is first asked for; until they are there it is sent as it is.
 *
 * <p>One thread has one batch made at a time. Files that are too long stay as they are, and so do all once the codings
 * take too much room on disk. Safe for any number of threads.
 */
final class LazyCodings implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LazyCodings.class);
    private static final int QUEUE = 10_000;
    private static final int BATCH = 20;
    private static final long LONGEST = 8 << 20;
    private static final long ROOM = 256 << 20;
    private static final long JOIN_MILLIS = 5000;

    private final BlockingQueue<Asset> asked = new ArrayBlockingQueue<>(QUEUE);
    private final Compressor compressor;
    private final AssetMemory memory;
    private final Thread thread = new Thread(this::run, "vts-codings");
    private Path directory;
    private long used;
    private int count;

    LazyCodings(Compressor compressor, AssetMemory memory) {
        this.compressor = compressor;
        this.memory = memory;
        thread.setDaemon(true);
        thread.start();
    }

    /** Returns at once; what finds no place in the queue stays as it is. */
    void ask(Asset asset) {
        if (asset.identity().length() <= LONGEST) {
            asked.offer(asset);
        }
    }

    private void run() {
        try {
            while (used < ROOM) {
                List<Asset> batch = new ArrayList<>(List.of(asked.take()));
                asked.drainTo(batch, BATCH - 1);
                make(batch);
            }
            LOG.warn(
                    "The codings of assets take all the room they get; `precompress` makes those of a build beforehand");
        } catch (InterruptedException e) {
            LOG.debug("No more codings are made", e);
        } catch (IOException | RuntimeException e) {
            LOG.warn("Assets that the build did not compress are sent as they are: {}", e.getMessage());
        }
    }

    private void make(List<Asset> batch) throws IOException, InterruptedException {
        if (directory == null) {
            directory = Files.createTempDirectory("vts-codings-");
        }
        List<Compressor.Job> jobs = new ArrayList<>();
        for (Asset asset : batch) {
            jobs.add(new Compressor.Job(asset.source(), directory.resolve(Integer.toString(count++))));
        }
        compressor.compress(jobs);
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).replace(withCodings(batch.get(i), jobs.get(i).target()));
        }
    }

    private Representation[] withCodings(Asset asset, Path target) throws IOException {
        List<Representation> all = new ArrayList<>(List.of(asset.identity()));
        for (Coding coding : Coding.values()) {
            Path file = Codings.file(target, coding);
            if (Files.isRegularFile(file) && Files.size(file) < asset.identity().length()) {
                IndexedAsset.Content content = IndexedAsset.Content.of(file);
                used += content.size();
                all.add(AssetIndex.representation(coding, content, file, memory));
            }
        }
        return all.toArray(Representation[]::new);
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(JOIN_MILLIS);
            if (directory != null) {
                Precompression.deleteTree(directory);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("Left behind: {}", e.getMessage());
        }
    }
}
