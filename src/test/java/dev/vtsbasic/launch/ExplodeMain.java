package dev.vtsbasic.launch;

import java.nio.file.Path;
import java.util.stream.Stream;

/** Explodes a WAR as the launcher does and holds it until its input ends. */
final class ExplodeMain {
    private ExplodeMain() {}

    /** @param arguments the WAR and the work directories */
    public static void main(String[] arguments) throws Exception {
        System.out.println(ExplodedWar.of(
                Path.of(arguments[0]),
                Stream.of(arguments).skip(1).map(Path::of).toList()));
        System.in.transferTo(System.out);
    }
}
