package dev.vtsbasic.build.validation;

import dev.vtsbasic.build.validation.BuildFiles.BuildFile;
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

/** Reads many files as text, on up to four threads and in pieces of at most 8 MiB. */
final class BuildReader {
    /**
     * Maximum length of a piece, in bytes. Larger files come in pieces, each of which begins with the last 64 KiB of
     * the one before.
     */
    private static final int MAX_PIECE_BYTES = 8 << 20;

    private static final int OVERLAP_BYTES = 64 << 10;
    private static final int MAX_THREADS = Math.min(4, Runtime.getRuntime().availableProcessors());
    private static final int FILES_PER_THREAD = 100;

    private BuildReader() {}

    /** Receives each file or piece, as ISO-8859-1. It must be safe for several threads. */
    interface Reading {
        void read(BuildFile file, Piece piece);
    }

    /**
     * A file's text, or a piece of it. Each position of the overlap of two pieces belongs to one of them, so that
     * matches can be counted once.
     *
     * @param start the first index that belongs to this piece
     * @param end the index after the last one that belongs to this piece
     */
    record Piece(String text, int start, int end) {
        static Piece whole(String text) {
            return new Piece(text, 0, text.length());
        }

        boolean owns(int index) {
            return start <= index && index < end;
        }
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
            byte[] bytes = in.readNBytes(MAX_PIECE_BYTES);
            int start = 0;
            while (true) {
                byte[] more =
                        bytes.length == MAX_PIECE_BYTES ? in.readNBytes(MAX_PIECE_BYTES - OVERLAP_BYTES) : new byte[0];
                boolean isLast = more.length == 0;
                int end = isLast ? bytes.length : bytes.length - OVERLAP_BYTES / 2;
                reading.read(file, new Piece(new String(bytes, StandardCharsets.ISO_8859_1), start, end));
                if (isLast) {
                    return;
                }
                byte[] next = Arrays.copyOfRange(bytes, MAX_PIECE_BYTES - OVERLAP_BYTES, MAX_PIECE_BYTES + more.length);
                System.arraycopy(more, 0, next, OVERLAP_BYTES, more.length);
                bytes = next;
                start = OVERLAP_BYTES / 2;
            }
        }
    }
}
