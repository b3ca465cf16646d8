package dev.vtsbasic.bun.process;

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
 * The requests that a worker's app received last. The pool uses them to decide whether the app has seen a request. The
 * launcher ({@code launcher.js}) writes their ids into a memory-mapped file, which the operating system keeps when the
 * worker hangs or is killed.
 *
 * <p>The file holds the count of all requests, four bytes in little-endian order, and then {@value #MAX_RECORDS}
 * records of {@value #RECORD_SIZE} bytes, each with an id that ends with a zero byte. The launcher fills the records in
 * turn and begins again at the first.
 *
 * @param ids the ids that the file still holds
 * @param last the id of the last request; empty when there is none
 * @param known whether the file could be read
 */
public record BegunRequests(Set<String> ids, String last, boolean known) {
    /** The file could not be read, so the app may have received any request. */
    public static final BegunRequests UNKNOWN = new BegunRequests(Set.of(), "", false);

    public static final int MAX_RECORDS = 64;

    /** In bytes; more than the longest request id. */
    static final int RECORD_SIZE = 256;

    static final int SIZE = Integer.BYTES + MAX_RECORDS * RECORD_SIZE;

    /**
     * The number of later leases after which an id may have been overwritten. It is half the number of records, because
     * a worker also begins requests without a lease, such as probes.
     */
    private static final int MAX_LATER_LEASES = MAX_RECORDS / 2;

    /** Reads the file; {@link #UNKNOWN} when it cannot be read or has another size. */
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
        for (int index = 0; index < MAX_RECORDS; index++) {
            ids.add(id(octets, index));
        }
        return new BegunRequests(ids, count == 0 ? "" : id(octets, (count - 1) & MAX_RECORDS - 1), true);
    }

    private static String id(byte[] octets, int index) {
        int start = Integer.BYTES + index * RECORD_SIZE;
        int end = start;
        while (end < start + RECORD_SIZE && octets[end] != 0) {
            end++;
        }
        return new String(octets, start, end - start, StandardCharsets.UTF_8);
    }

    /**
     * Whether the app has certainly not received a request.
     *
     * @param since the number of leases of the worker after the lease of this request
     */
    public boolean excludes(LeasedRequest request, long since) {
        return known && since < MAX_LATER_LEASES && !ids.contains(request.id());
    }
}
