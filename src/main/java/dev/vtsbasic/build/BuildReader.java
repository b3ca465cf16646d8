package dev.vtsbasic.build;

import dev.vtsbasic.build.BuildFiles.BuildFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Reads many files as text, on up to four threads and at most 8 MiB of a file at a time. */
final class BuildReader {
    /** In bytes. Larger files come in pieces, each of which begins with the last 64 KiB of the one before. */
    private static final int MAX_PIECE_BYTES = 8 << 20;

    private static final int OVERLAP_BYTES = 64 << 10;
    private static final int MAX_THREADS = Math.min(4, Runtime.getRuntime().availableProcessors());
    private static final int FILES_PER_THREAD = 100;

    private BuildReader() {}

    /** Receives the text of each file or piece, as ISO-8859-1. It must be safe for several threads. */
    interface Reading {
        void text(BuildFile file, String text);
    }

    /**
     * Reads all files and returns when the last is read.
     *
     * @throws IOException if a file cannot be read; other files may not have been read then
     */
    static void read(List<BuildFile> files, Reading reading) throws IOException {
        int threads = Math.min(MAX_THREADS, 1 + files.size() / FILES_PER_THREAD);
        AtomicInteger next = new AtomicInteger();
        Callable<Void> work = () -> {
            for (int i = next.getAndIncrement(); i < files.size(); i = next.getAndIncrement()) {
                read(files.get(i), reading);
            }
            return null;
        };
        ExecutorService pool = threads > 1 ? Executors.newFixedThreadPool(threads - 1, BuildReader::daemon) : null;
        try {
            List<Future<Void>> others = new ArrayList<>();
            for (int i = 1; i < threads; i++) {
                others.add(pool.submit(work));
            }
            work.call();
            for (Future<Void> other : others) {
                other.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        } finally {
            next.set(files.size());
            if (pool != null) {
                pool.shutdown();
            }
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "vts-validation");
        thread.setDaemon(true);
        return thread;
    }

    private static void read(BuildFile file, Reading reading) throws IOException {
        try (InputStream in = Files.newInputStream(file.path())) {
            byte[] piece = in.readNBytes(MAX_PIECE_BYTES);
            reading.text(file, new String(piece, StandardCharsets.ISO_8859_1));
            while (piece.length == MAX_PIECE_BYTES) {
                byte[] more = in.readNBytes(MAX_PIECE_BYTES - OVERLAP_BYTES);
                byte[] next = Arrays.copyOfRange(piece, MAX_PIECE_BYTES - OVERLAP_BYTES, MAX_PIECE_BYTES + more.length);
                System.arraycopy(more, 0, next, OVERLAP_BYTES, more.length);
                piece = next;
                if (more.length > 0) {
                    reading.text(file, new String(piece, StandardCharsets.ISO_8859_1));
                }
            }
        }
    }
}
