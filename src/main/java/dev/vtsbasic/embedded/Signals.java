package dev.vtsbasic.embedded;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;

/**
 * The signals that ask a program to stop, as an event rather than as the JVM's shutdown, during which logging is gone
 * and the exit code is fixed.
 *
 * <p>The JVM's API for signals is {@code sun.misc.Signal}, called by reflection since its use cannot be compiled without
 * a warning. Where it is missing a signal ends the JVM as usual.
 */
public final class Signals {
    private final CompletableFuture<String> received = new CompletableFuture<>();

    private Signals() {}

    /** Takes over SIGTERM and SIGINT; a second signal ends the JVM at once. */
    public static Signals install() {
        Signals signals = new Signals();
        for (String name : new String[] {"TERM", "INT"}) {
            signals.handle(name);
        }
        return signals;
    }

    /** Completes with the name of the first signal. */
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
            // This JVM has no such signal, or keeps it for itself.
        }
    }
}
