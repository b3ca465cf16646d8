package dev.vtsbasic.proxy.cache;

import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.hc.client5.http.cache.HttpCacheCASOperation;
import org.apache.hc.client5.http.cache.HttpCacheEntry;
import org.apache.hc.client5.http.cache.HttpCacheEntryFactory;
import org.apache.hc.client5.http.cache.HttpCacheStorage;
import org.apache.hc.client5.http.cache.ResourceIOException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.MessageHeaders;

/**
 * The stored responses of the shared cache, bounded by the memory they take; it evicts the least recently used ones
 * first. HttpClient's own storage is bounded by the number of responses and not by their length. Safe for any number of
 * threads.
 */
final class LruCacheStorage implements HttpCacheStorage {
    /** One response may take the capacity divided by this. */
    private static final int MAX_ENTRY_DIVISOR = 8;

    /** How many variants one resource may have; one more removes all earlier ones. */
    static final int MAX_VARIANTS = 100;

    /** Bytes that the objects of an entry take besides their text. */
    private static final int ENTRY_OVERHEAD = 600;

    /** Bytes that the objects of a header field take besides their text. */
    private static final int FIELD_OVERHEAD = 120;

    private final LinkedHashMap<String, Sized> entries = new LinkedHashMap<>(16, 0.75f, true);
    private final long capacity;
    private long bytes;
    private long evicted;

    /** How many entries are responses; a root entry that only lists variants is none. */
    private int responses;

    private record Sized(HttpCacheEntry entry, long bytes) {
        /** 0 for a root entry, because each variant that it lists has an entry of its own. */
        int responses() {
            return entry.hasVariants() ? 0 : 1;
        }
    }

    /** @param capacity how many bytes the stored responses may take */
    LruCacheStorage(long capacity) {
        this.capacity = capacity;
    }

    long capacity() {
        return capacity;
    }

    /** How many bytes one response may take. */
    long maxEntry() {
        return capacity / MAX_ENTRY_DIVISOR;
    }

    synchronized long bytes() {
        return bytes;
    }

    /** How many responses are stored. */
    synchronized int count() {
        return responses;
    }

    synchronized long evicted() {
        return evicted;
    }

    @Override
    public synchronized HttpCacheEntry getEntry(String key) {
        Sized found = entries.get(key);
        return found == null ? null : found.entry();
    }

    @Override
    public synchronized void putEntry(String key, HttpCacheEntry entry) {
        removeEntry(key);
        long size = sizeOf(key, entry);
        if (size > maxEntry()) {
            return;
        }
        Sized added = new Sized(entry, size);
        entries.put(key, added);
        bytes += size;
        responses += added.responses();
        Iterator<Sized> eldest = entries.values().iterator();
        while (bytes > capacity) {
            uncount(eldest.next());
            eldest.remove();
            evicted++;
        }
    }

    private void uncount(Sized removed) {
        bytes -= removed.bytes();
        responses -= removed.responses();
    }

    @Override
    public synchronized void removeEntry(String key) {
        Sized removed = entries.remove(key);
        if (removed != null) {
            uncount(removed);
        }
    }

    /**
     * Called for the root entry of a resource, which lists its variants. The list is bounded, because clients can make
     * up any number of values for the fields in {@code Vary}.
     */
    @Override
    public synchronized void updateEntry(String key, HttpCacheCASOperation operation) throws ResourceIOException {
        HttpCacheEntry existing = getEntry(key);
        HttpCacheEntry updated = operation.execute(existing);
        if (existing != null && updated.hasVariants() && updated.getVariants().size() > MAX_VARIANTS) {
            Set<String> known = existing.getVariants();
            known.forEach(variant -> removeEntry(variant + key));
            updated = HttpCacheEntryFactory.INSTANCE.createRoot(
                    updated,
                    updated.getVariants().stream()
                            .filter(variant -> !known.contains(variant))
                            .toList());
        }
        putEntry(key, updated);
    }

    @Override
    public synchronized Map<String, HttpCacheEntry> getEntries(Collection<String> keys) {
        Map<String, HttpCacheEntry> found = new HashMap<>();
        for (String key : keys) {
            HttpCacheEntry entry = getEntry(key);
            if (entry != null) {
                found.put(key, entry);
            }
        }
        return found;
    }

    /** Removes the root entry of a resource and all its variants. */
    synchronized void removeAll(String key) {
        HttpCacheEntry root = getEntry(key);
        if (root != null && root.hasVariants()) {
            root.getVariants().forEach(variant -> removeEntry(variant + key));
        }
        removeEntry(key);
    }

    /**
     * Removes the entries whose request URI in the cache (see {@link CacheKey}) matches.
     *
     * @return how many responses they held
     */
    synchronized int removeIf(Predicate<String> requestUri) {
        int before = responses;
        Iterator<Sized> all = entries.values().iterator();
        while (all.hasNext()) {
            Sized one = all.next();
            if (requestUri.test(one.entry().getRequestURI())) {
                uncount(one);
                all.remove();
            }
        }
        return before - responses;
    }

    private static long sizeOf(String key, HttpCacheEntry entry) {
        long size = ENTRY_OVERHEAD + 2L * key.length() + entry.getRequestURI().length();
        size += sizeOf(entry.responseHeaders()) + sizeOf(entry.requestHeaders());
        if (entry.getResource() != null) {
            size += entry.getResource().length();
        }
        for (String variant : entry.hasVariants() ? entry.getVariants() : Set.<String>of()) {
            size += FIELD_OVERHEAD + variant.length();
        }
        return size;
    }

    private static long sizeOf(MessageHeaders fields) {
        long size = 0;
        for (Header field : fields.getHeaders()) {
            size += FIELD_OVERHEAD
                    + field.getName().length()
                    + (field.getValue() == null ? 0 : field.getValue().length());
        }
        return size;
    }
}
