package dev.vtsbasic.asset;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicBoolean;

/** One static file, with the header fields and bodies of its responses prepared. Safe for any number of threads. */
final class Asset {
    private final String mediaType;
    private final String cacheControl;
    private final boolean negotiated;

    /** Shortest first. The array is never modified, only replaced. */
    private volatile Representation[] representations;

    /** The file to compress in the background; null if the build compressed it, or it is not worth compressing. */
    private final Path source;

    /** Whether the bodies no longer count against the limit of {@link AssetMemory}. */
    private boolean released;

    private final AtomicBoolean compressionClaimed = new AtomicBoolean();

    /**
     * @param mediaType value of Content-Type
     * @param cacheControl value of Cache-Control
     * @param negotiated whether the response depends on Accept-Encoding, now or after compression
     * @param source the file to compress in the background; null for none
     */
    Asset(String mediaType, String cacheControl, boolean negotiated, Path source, Representation... representations) {
        this.mediaType = mediaType;
        this.cacheControl = cacheControl;
        this.negotiated = negotiated;
        this.source = source;
        this.representations = shortestFirst(representations);
    }

    String mediaType() {
        return mediaType;
    }

    String cacheControl() {
        return cacheControl;
    }

    boolean negotiated() {
        return negotiated;
    }

    Representation[] representations() {
        return representations;
    }

    /** The uncompressed representation. */
    Representation identity() {
        for (Representation representation : representations) {
            if (representation.coding() == null) {
                return representation;
            }
        }
        throw new IllegalStateException();
    }

    /** Returns true at the first call, and only if there is a file to compress in the background. */
    boolean claimCompression() {
        return source != null && !compressionClaimed.getPlain() && compressionClaimed.compareAndSet(false, true);
    }

    /** The file to compress in the background; null for none. */
    Path source() {
        return source;
    }

    /**
     * Replaces the representations, and stops counting the bodies of the old ones. After {@link #release} the old ones
     * stay, and the new ones stop counting.
     */
    synchronized void replace(AssetMemory memory, Representation... all) {
        if (released) {
            memory.release(all);
        } else {
            memory.release(representations);
            representations = shortestFirst(all);
        }
    }

    /** Stops counting the bodies. Responses in progress still send theirs. */
    synchronized void release(AssetMemory memory) {
        if (!released) {
            released = true;
            memory.release(representations);
        }
    }

    private static Representation[] shortestFirst(Representation... all) {
        Representation[] sorted = all.clone();
        Arrays.sort(sorted, Comparator.comparingLong(Representation::length));
        return sorted;
    }
}
