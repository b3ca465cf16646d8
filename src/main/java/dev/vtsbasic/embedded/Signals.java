package dev.vtsbasic.embedded;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;

/**
 * Turns the signals that ask a program to stop into an event. A shutdown hook of the JVM would be too late, because by
 * then logging has ended and the exit code is fixed.
 *
 * <p>The JVM's API for signals is {@code sun.misc.Signal}. This class calls it by reflection, because javac warns of
 * its use. If it is missing, a signal ends the JVM as usual.
 */
public final class Signals {
    private final CompletableFuture<String> received = new CompletableFuture<>();

    private Signals() {}

    /** Handles SIGTERM and SIGINT from now on; a second signal ends the JVM at once, with exit code 130. */
    public static Signals install() {
        Signals signals = new Signals();
        for (String name : new String[] {"TERM", "INT"}) {
            signals.handle(name);
        }
        return signals;
    }

    /** Completes with the name of the first signal, such as {@code SIGTERM}. */
    public CompletableFuture<String> received() {
        return received;
    }

    private void handle(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object onSignal = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle") && !received.complete("SIG" + name)) {
                            Runtime.getRuntime().halt(130);
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), onSignal);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // This JVM has no such signal, or reserves it for itself.
        }
    }
}
