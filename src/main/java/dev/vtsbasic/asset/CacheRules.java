package dev.vtsbasic.asset;

import dev.vtsbasic.settings.AssetRule;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which Cache-Control an asset gets: the user's rules first, then that what must never be immutable is not, then that
 * everything in Vite's directory of hashed files is.
 */
final class CacheRules {
    private static final String REVALIDATED = "no-cache";

    /** Browsers look for new ones under the same name. */
    private static final Set<String> NEVER_IMMUTABLE = Set.of(
            "sw.js",
            "service-worker.js",
            "serviceworker.js",
            "service_worker.js",
            "ngsw-worker.js",
            "firebase-messaging-sw.js",
            "manifest.json");

    /** Decided by directory, since no name tells whether it has a hash in it. */
    private static final AssetRule HASHED = new AssetRule("/assets/**", "public, max-age=31536000, immutable");

    private final List<AssetRule> users;
    private final List<String> hashedDirectories;

    CacheRules(List<AssetRule> users) {
        this.users = List.copyOf(users);
        this.hashedDirectories = Stream.concat(users.stream(), Stream.of(HASHED))
                .filter(AssetRule::immutable)
                .map(AssetRule::directory)
                .filter(directory -> !directory.isEmpty())
                // As a file has it, and as a request does.
                .flatMap(directory -> Stream.of(directory, RequestPath.of(directory.substring(1))))
                .distinct()
                .toList();
    }

    /** @param path within the client files, with a slash in front */
    String cacheControlOf(String path) {
        for (AssetRule rule : users) {
            if (rule.matches(path)) {
                return rule.cacheControl();
            }
        }
        String name = path.substring(path.lastIndexOf('/') + 1);
        boolean updated = NEVER_IMMUTABLE.contains(name) || name.endsWith(".webmanifest");
        return !updated && HASHED.matches(path) ? HASHED.cacheControl() : REVALIDATED;
    }

    /** Whether nobody is to get it. */
    boolean isHidden(String path) {
        for (AssetRule rule : users) {
            if (rule.matches(path)) {
                return rule.hidden();
            }
        }
        return false;
    }

    /** Whether only a client build can have this path, so that the app need not be asked for it. */
    boolean isHashed(String path) {
        for (int i = 0; i < hashedDirectories.size(); i++) {
            if (path.startsWith(hashedDirectories.get(i))) {
                return true;
            }
        }
        return false;
    }
}
