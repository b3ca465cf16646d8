package dev.vtsbasic.build;

import dev.vtsbasic.text.NearestName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What may be meant by a name that does not exist. */
final class SimilarNames {
    private static final int SUGGESTIONS = 3;
    /** Comparing letters takes time; whoever misses more files than these has another problem than spelling. */
    private static final int MOST_COMPARED = 50;

    private final Collection<String> existing;
    private final Map<String, List<String>> byNameWithoutHash = new HashMap<>();
    private int compared;

    SimilarNames(Collection<String> existing) {
        this.existing = existing;
        for (String name : existing) {
            if (HashedName.is(name)) {
                byNameWithoutHash
                        .computeIfAbsent(HashedName.withoutHash(name), key -> new ArrayList<>())
                        .add(name);
            }
        }
    }

    /** The names of all hashed files, without their hashes. */
    Set<String> hashedNames() {
        return byNameWithoutHash.keySet();
    }

    /** The same file under another hash is what is most often meant; else the names that are spelled most alike. */
    List<String> to(String name) {
        List<String> otherHash = byNameWithoutHash.getOrDefault(HashedName.withoutHash(name), List.of());
        if (!otherHash.isEmpty()) {
            return otherHash.stream().limit(SUGGESTIONS).toList();
        }
        if (compared++ >= MOST_COMPARED) {
            return List.of();
        }
        String extension = name.substring(name.lastIndexOf('.') + 1);
        return NearestName.of(
                name,
                existing.stream()
                        .filter(candidate -> candidate.endsWith("." + extension))
                        .toList(),
                SUGGESTIONS);
    }
}
