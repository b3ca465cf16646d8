package dev.vtsbasic.asset;

import dev.vtsbasic.settings.AssetRule;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Decides the Cache-Control of an asset. The operator's rules come first. After them, service workers and web app
 * manifests are never immutable, everything in Vite's directory of hashed files is, and all other files are
 * revalidated.
 */
final class CacheControlRules {
    private static final String REVALIDATED = "no-cache";

    /** Browsers look for new versions of these files under the same name. */
    private static final Set<String> NEVER_IMMUTABLE = Set.of(
            "sw.js",
            "service-worker.js",
            "serviceworker.js",
            "service_worker.js",
            "ngsw-worker.js",
            "firebase-messaging-sw.js",
            "manifest.json");

    /** The directory decides, because a name does not show whether it contains a hash. */
    private static final AssetRule HASHED = new AssetRule("/assets/**", "public, max-age=31536000, immutable");

    private final List<AssetRule> operatorRules;
    private final List<String> hashedDirectories;

    CacheControlRules(List<AssetRule> operatorRules) {
        this.operatorRules = List.copyOf(operatorRules);
        this.hashedDirectories = Stream.concat(operatorRules.stream(), Stream.of(HASHED))
                .filter(AssetRule::immutable)
                .map(AssetRule::directory)
                .filter(directory -> !directory.isEmpty())
                // Each directory as file names spell it, and as requests spell it.
                .flatMap(directory -> Stream.of(directory, RequestPath.of(directory.substring(1))))
                .distinct()
                .toList();
    }

    /** @param path of the file in the client directory, with a leading slash */
    String cacheControlOf(String path) {
        for (AssetRule rule : operatorRules) {
            if (rule.matches(path)) {
                return rule.cacheControl();
            }
        }
        String name = path.substring(path.lastIndexOf('/') + 1);
        boolean updated = NEVER_IMMUTABLE.contains(name) || name.endsWith(".webmanifest");
        return !updated && HASHED.matches(path) ? HASHED.cacheControl() : REVALIDATED;
    }

    /** Whether the operator's rules keep this file from being served. */
    boolean isHidden(String path) {
        for (AssetRule rule : operatorRules) {
            if (rule.matches(path)) {
                return rule.hidden();
            }
        }
        return false;
    }

    /** Whether the path lies in a directory of hashed files, so that the app is not asked for it. */
    boolean isHashed(String path) {
        for (int i = 0; i < hashedDirectories.size(); i++) {
            if (path.startsWith(hashedDirectories.get(i))) {
                return true;
            }
        }
        return false;
    }
}
