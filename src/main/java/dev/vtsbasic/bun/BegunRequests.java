package dev.vtsbasic.bun;

import dev.vtsbasic.pool.LeasedRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * The requests that a worker's app was given last. The worker writes their ids into a file in its memory, which the system
 * keeps when the worker hangs or is killed: so it is known of a request whether the app has seen it. The launcher has the
 * other side.
 *
 * <p>The file holds a count of all requests in four octets, little-endian, and behind it places of {@value #PLACE} octets,
 * each with an id that ends with a zero; the requests take them in turn.
 *
 * @param ids those whose places others have not taken since
 * @param last the id of the last one; empty when there is none
 * @param known whether the file could be read
 */
record BegunRequests(Set<String> ids, String last, boolean known) {
    /** Any request may have been given to the app. */
    static final BegunRequests UNKNOWN = new BegunRequests(Set.of(), "", false);

    static final int PLACES = 64;

    /** More than the longest request id. */
    static final int PLACE = 256;

    static final int SIZE = Integer.BYTES + PLACES * PLACE;

    /** A worker may begin more requests than it was leased for, such as probes; no more than that in the time of as many. */
    private static final int SURE = PLACES / 2;

    /** Reads the file; {@link #UNKNOWN} when it cannot be read. */
    static BegunRequests read(Path file) {
        try {
            return of(Files.readAllBytes(file));
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    static BegunRequests of(byte[] octets) {
        if (octets.length != SIZE) {
            return UNKNOWN;
        }
        int count = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN).getInt();
        Set<String> ids = new HashSet<>();
        for (int place = 0; place < PLACES; place++) {
            ids.add(id(octets, place));
        }
        return new BegunRequests(ids, count == 0 ? "" : id(octets, (count - 1) & PLACES - 1), true);
    }

    private static String id(byte[] octets, int place) {
        int start = Integer.BYTES + place * PLACE;
        int end = start;
        while (end < start + PLACE && octets[end] != 0) {
            end++;
        }
        return new String(octets, start, end - start, StandardCharsets.UTF_8);
    }

    /**
     * Whether the app was surely not given a request.
     *
     * @param since how many requests the worker was leased for since then
     */
    boolean exclude(LeasedRequest request, long since) {
        return known && since < SURE && !ids.contains(request.id());
    }
}
