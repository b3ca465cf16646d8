package dev.vtsbasic.bun;

import dev.vtsbasic.build.Dist;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/** What all workers are to run. A worker of another release is replaced. */
final class WorkerRevision {
    private static final int ID_OCTETS = 6;

    private final Dist dist;
    private final Replacement why;
    private final Instant since;
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

    /** Since when its build is to be run. */
    Instant since() {
        return since;
    }

    /** Why there is another than before; null for the first. */
    Replacement why() {
        return why;
    }

    /**
     * The beginning of the digest of the server entry: it names the other files by names that change with what is in them.
     * Empty when the entry cannot be read any more. Made when it is first asked for.
     */
    synchronized String buildId() {
        if (buildId == null) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(dist.entry()));
                buildId = HexFormat.of().formatHex(digest, 0, ID_OCTETS);
            } catch (IOException | NoSuchAlgorithmException e) {
                buildId = "";
            }
        }
        return buildId;
    }
}
