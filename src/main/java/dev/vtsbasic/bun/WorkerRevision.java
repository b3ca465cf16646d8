package dev.vtsbasic.bun;

import dev.vtsbasic.build.Dist;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A build that all workers have to run from a start, a restart or a deploy on. A worker of another revision is
 * replaced, even if it runs the same build. Safe for any number of threads.
 */
final class WorkerRevision {
    private static final int ID_BYTES = 6;

    private final Dist dist;
    private final Replacement why;
    private final Instant since;
    private final AtomicBoolean readyPathNotFound = new AtomicBoolean();
    private String buildId;

    private WorkerRevision(Dist dist, Replacement why, Instant since) {
        this.dist = dist;
        this.why = why;
        this.since = since;
    }

    static WorkerRevision first(Dist dist) {
        return new WorkerRevision(dist, null, Instant.now());
    }

    WorkerRevision next(Dist dist, Replacement why) {
        return new WorkerRevision(dist, why, dist.equals(this.dist) ? since : Instant.now());
    }

    Dist dist() {
        return dist;
    }

    /** The time since which the build is to run; a restart does not change it. */
    Instant since() {
        return since;
    }

    /** Why this revision replaces the one before; null for the first. */
    Replacement why() {
        return why;
    }

    /**
     * Records that the app has no page at the ready path. Returns true only at the first call, so that only one worker
     * logs it.
     */
    boolean markReadyPathNotFound() {
        return readyPathNotFound.compareAndSet(false, true);
    }

    /**
     * The first six bytes, in hexadecimal, of the SHA-256 digest of the server entry. That is enough to identify the
     * build, because the entry names the other files, whose names change with their content. Computed at the first
     * call; empty when the entry cannot be read then.
     */
    synchronized String buildId() {
        if (buildId == null) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(dist.entry()));
                buildId = HexFormat.of().formatHex(digest, 0, ID_BYTES);
            } catch (IOException | NoSuchAlgorithmException e) {
                buildId = "";
            }
        }
        return buildId;
    }
}
