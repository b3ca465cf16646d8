package dev.vtsbasic.asset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Several instances share an archive. */
class AssetArchiveConcurrencyTest extends AssetArchiveScene {
    @Test
    void manyInstancesStoreTheSameBuildAtOnce() throws Exception {
        for (int round = 0; round < 20; round++) {
            AssetIndex build = build("same-" + round);
            atOnce(8, i -> archive(100).store(build));
        }
        assertEquals(20, names().count());
        assertTrue(names().allMatch(name -> name.matches(ID)), names().toList().toString());
    }

    @Test
    void manyInstancesStoreAndRemoveBuildsAtOnceWhileOthersLook() throws Exception {
        List<AssetIndex> builds = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            builds.add(build(Integer.toString(i)));
        }
        archive(3).store(builds.get(0));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService reader = Executors.newSingleThreadExecutor();
        Future<?> looks = reader.submit(() -> {
            AssetArchive archive = archive(3);
            while (!done.get()) {
                for (int i = 0; i < 8; i++) {
                    archive.find("/assets/app-" + i + ".js");
                }
                assertWholeBuilds();
            }
            return null;
        });
        atOnce(8, i -> {
            AssetArchive archive = archive(3);
            for (int round = 0; round < 25; round++) {
                archive.store(builds.get((i + round) % builds.size()));
            }
        });
        done.set(true);
        looks.get(60, TimeUnit.SECONDS);
        reader.shutdown();

        archive(3).store(builds.get(0));
        assertTrue(found(archive(3), "0").get(0));
        assertEquals(3, names().filter(name -> name.matches(ID)).count());
        assertFalse(
                names().anyMatch(name -> name.startsWith(".unfinished-")),
                names().toList().toString());
    }

    /** Checks that a build is complete as soon as it is visible. */
    private void assertWholeBuilds() throws IOException {
        for (String name : names().filter(name -> name.matches(ID)).toList()) {
            Path build = home.resolve(name);
            Path index = build.resolve(".vts/assets.json");
            // The build may have been removed in the meantime.
            assertTrue(Files.exists(index) || !Files.exists(build), build + " has no index");
        }
    }

    private interface Work {
        void of(int instance) throws Exception;
    }

    private static void atOnce(int instances, Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(instances);
        try {
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < instances; i++) {
                int instance = i;
                all.add(() -> {
                    work.of(instance);
                    return null;
                });
            }
            for (Future<Void> one : threads.invokeAll(all, 60, TimeUnit.SECONDS)) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
