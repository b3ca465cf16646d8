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
 * The answers in the shared cache, bounded by the memory they take: whoever was not asked for the longest time goes first.
 * HttpClient's own storage counts answers, however long they are. Safe for any number of threads.
 */
final class LruCacheStorage implements HttpCacheStorage {
    /** No more than this part of the memory is one answer's. */
    private static final int PART = 8;

    /** How many answers one address may have by {@code Vary}; with one more it begins anew. */
    static final int MOST_VARIANTS = 100;

    /** What the objects of an entry, and of a header field, take besides their text. */
    private static final int ENTRY_OVERHEAD = 600;

    private static final int FIELD_OVERHEAD = 120;

    private final LinkedHashMap<String, Sized> entries = new LinkedHashMap<>(16, 0.75f, true);
    private final long capacity;
    private long bytes;
    private long evicted;

    private record Sized(HttpCacheEntry entry, long bytes) {}

    /** @param capacity most bytes they may take */
    LruCacheStorage(long capacity) {
        this.capacity = capacity;
    }

    long capacity() {
        return capacity;
    }

    /** Most bytes that one answer may take. */
    long largest() {
        return capacity / PART;
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized int count() {
        return entries.size();
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
        if (size > largest()) {
            return;
        }
        entries.put(key, new Sized(entry, size));
        bytes += size;
        Iterator<Sized> eldest = entries.values().iterator();
        while (bytes > capacity) {
            bytes -= eldest.next().bytes();
            eldest.remove();
            evicted++;
        }
    }

    @Override
    public synchronized void removeEntry(String key) {
        Sized removed = entries.remove(key);
        if (removed != null) {
            bytes -= removed.bytes();
        }
    }

    /** Called for the entry of an address that lists its variants; the list must not grow with what clients make up. */
    @Override
    public synchronized void updateEntry(String key, HttpCacheCASOperation operation) throws ResourceIOException {
        HttpCacheEntry existing = getEntry(key);
        HttpCacheEntry updated = operation.execute(existing);
        if (existing != null && updated.hasVariants() && updated.getVariants().size() > MOST_VARIANTS) {
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

    /** Removes the entry of an address and all its variants. */
    synchronized void removeAll(String key) {
        HttpCacheEntry root = getEntry(key);
        if (root != null && root.hasVariants()) {
            root.getVariants().forEach(variant -> removeEntry(variant + key));
        }
        removeEntry(key);
    }

    /**
     * Removes those whose request's URI in the cache fits.
     *
     * @return how many addresses they had
     */
    synchronized int removeIf(Predicate<String> requestUri) {
        int addresses = 0;
        Iterator<Sized> all = entries.values().iterator();
        while (all.hasNext()) {
            Sized one = all.next();
            if (requestUri.test(one.entry().getRequestURI())) {
                bytes -= one.bytes();
                all.remove();
                // The entry that lists the variants of an address has no body; it is not counted with each of them.
                addresses += one.entry().hasVariants() ? 0 : 1;
            }
        }
        return addresses;
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
