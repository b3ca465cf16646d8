package dev.vtsbasic.launch;

import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Explodes a WAR as the launcher does, and holds it until standard input ends. */
final class ExplodeMain {
    private ExplodeMain() {}

    /** @param arguments the WAR and the work directories */
    public static void main(String[] arguments) throws Exception {
        Path home = ExplodedWar.explode(
                Path.of(arguments[0]),
                Stream.of(arguments).skip(1).map(Path::of).toList());
        collectGarbage();
        System.out.println(home);
        System.in.transferTo(System.out);
    }

    /** Returns after unreferenced objects have been collected and their files closed. */
    private static void collectGarbage() throws InterruptedException {
        for (int round = 0; round < 2; round++) {
            CountDownLatch collected = new CountDownLatch(1);
            Cleaner.create().register(new Object(), collected::countDown);
            do {
                System.gc();
            } while (!collected.await(50, TimeUnit.MILLISECONDS));
        }
    }
}
