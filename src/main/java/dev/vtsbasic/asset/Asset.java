package dev.vtsbasic.asset;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicBoolean;

/** One static file: everything about its answer is known beforehand. Safe for any number of threads. */
final class Asset {
    private final String mediaType;
    private final String cacheControl;
    private final boolean negotiated;

    /** Shortest first; only ever replaced as a whole. */
    private volatile Representation[] representations;

    /** What codings are to be made of; null when the build has made them, or they are of no use. */
    private final Path source;

    private final AtomicBoolean codingsAreAskedFor = new AtomicBoolean();

    /**
     * @param mediaType value of Content-Type
     * @param cacheControl value of Cache-Control
     * @param negotiated whether the answer depends on Accept-Encoding, now or later
     * @param source what codings may yet be made of; null when there is nothing to make
     */
    Asset(String mediaType, String cacheControl, boolean negotiated, Path source, Representation... representations) {
        this.mediaType = mediaType;
        this.cacheControl = cacheControl;
        this.negotiated = negotiated;
        this.source = source;
        replace(representations);
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

    /** As it is. */
    Representation identity() {
        for (Representation representation : representations) {
            if (representation.coding() == null) {
                return representation;
            }
        }
        throw new IllegalStateException();
    }

    /** True once, when it may have codings that nobody has asked for yet. */
    boolean asksForCodings() {
        return source != null && !codingsAreAskedFor.getPlain() && codingsAreAskedFor.compareAndSet(false, true);
    }

    /** What codings are to be made of. */
    Path source() {
        return source;
    }

    void replace(Representation... all) {
        Representation[] sorted = all.clone();
        Arrays.sort(sorted, Comparator.comparingLong(Representation::length));
        representations = sorted;
    }
}
