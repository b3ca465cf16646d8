package dev.vtsbasic.build.validation;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the path of Vite's {@code base}. No file of a build states it, so it is taken from the build's URLs: it is the
 * path that most of them have in front of a hashed client file's name. Hashes are ignored, because the base is also
 * needed when client and server do not match.
 */
final class BasePathFinder {
    private BasePathFinder() {}

    /**
     * @param urlPaths the paths of URLs that the build names
     * @param clientNames the hashed names of the client's files, without their hashes
     * @return {@code /}, or a path that begins and ends with a slash; empty if no URL names a hashed client file
     */
    static Optional<String> find(Collection<String> urlPaths, Set<String> clientNames) {
        Map<String, Integer> votes = new HashMap<>();
        for (String path : urlPaths) {
            if (HashedName.is(path)) {
                String name = HashedName.withoutHash(path);
                for (int slash = 0; slash >= 0; slash = name.indexOf('/', slash + 1)) {
                    if (clientNames.contains(name.substring(slash + 1))) {
                        votes.merge(name.substring(0, slash + 1), 1, Integer::sum);
                        break;
                    }
                }
            }
        }
        return votes.entrySet().stream()
                .max(Map.Entry.<String, Integer>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.comparingInt(String::length)
                                .reversed()
                                .thenComparing(Comparator.reverseOrder()))))
                .map(Map.Entry::getKey);
    }
}
