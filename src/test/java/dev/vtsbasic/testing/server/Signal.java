package dev.vtsbasic.testing.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;

/** Sends signals that Java cannot send. */
public final class Signal {
    private Signal() {}

    /** @param name without {@code SIG}, such as {@code STOP} */
    public static void send(String name, long pid) throws IOException, InterruptedException {
        kill(name, Long.toString(pid));
    }

    /** Sends a signal to each process of a process group. */
    public static void sendToGroup(String name, long group) throws IOException, InterruptedException {
        kill(name, "-" + group);
    }

    private static void kill(String name, String processes) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, "--", processes)
                .inheritIO()
                .start();
        assertEquals(0, kill.waitFor());
    }
}
