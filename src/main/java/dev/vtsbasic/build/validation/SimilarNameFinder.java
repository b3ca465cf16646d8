package dev.vtsbasic.build.validation;

import dev.vtsbasic.text.NearestName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Suggests existing client files for a name that does not exist. Not safe for several threads. */
final class SimilarNameFinder {
    private static final int MAX_SUGGESTIONS = 3;
    /**
     * Spellings are compared for this many names only, because that is slow, and so many missing files are not typos.
     */
    private static final int MAX_COMPARED = 50;

    private final Collection<String> existing;
    private final Map<String, List<String>> byNameWithoutHash = new HashMap<>();
    private int compared;

    SimilarNameFinder(Collection<String> existing) {
        this.existing = existing;
        for (String name : existing) {
            if (HashedName.is(name)) {
                byNameWithoutHash
                        .computeIfAbsent(HashedName.withoutHash(name), key -> new ArrayList<>())
                        .add(name);
            }
        }
    }

    /** The names of the hashed files, without their hashes. */
    Set<String> hashedNames() {
        return byNameWithoutHash.keySet();
    }

    /** Up to three names: the same file under another hash, or, if there is none, the names closest in spelling. */
    List<String> to(String name) {
        List<String> otherHash = byNameWithoutHash.getOrDefault(HashedName.withoutHash(name), List.of());
        if (!otherHash.isEmpty()) {
            return otherHash.stream().limit(MAX_SUGGESTIONS).toList();
        }
        if (compared++ >= MAX_COMPARED) {
            return List.of();
        }
        String extension = name.substring(name.lastIndexOf('.') + 1);
        return NearestName.of(
                name,
                existing.stream()
                        .filter(candidate -> candidate.endsWith("." + extension))
                        .toList(),
                MAX_SUGGESTIONS);
    }
}
