package dev.vtsbasic.bun.process;

import dev.vtsbasic.log.Event;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reaps orphans when this JVM is the first process of a container. A process whose parent has ended then becomes the
 * JVM's child, and when it ends, it stays in the process table until the JVM asks for its exit code. Java asks only for
 * the exit codes of the processes that it started.
 *
 * <p>Java asks at once, so an ended child that is still in the table {@value #SCAN_INTERVAL_SECONDS} s later is an
 * orphan. The reaper calls {@code waitpid(2)} through Java's foreign function interface, by reflection because Java 17
 * lacks that interface: there, the first such orphan makes the reaper log a message and stop. The reaper does nothing
 * if this JVM is not the first process.
 */
final class OrphanReaper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanReaper.class);
    private static final Path PROC = Path.of("/proc");
    private static final long SCAN_INTERVAL_SECONDS = 5;
    private static final int WNOHANG = 1;

    /**
     * The start of {@code /proc/PID/stat}: id, name in parentheses (the name may contain parentheses), state, parent's
     * id.
     */
    private static final Pattern ENDED_CHILD_OF_FIRST = Pattern.compile("(\\d+) \\(.*\\) Z 1 .*", Pattern.DOTALL);

    private final CountDownLatch closed = new CountDownLatch(1);

    /** Starts the reaper's thread if this JVM is the first process. */
    static OrphanReaper start() {
        OrphanReaper reaper = new OrphanReaper();
        if (ProcessHandle.current().pid() == 1 && Files.exists(PROC.resolve("1/stat"))) {
            Thread thread = new Thread(reaper::run, "vts-orphans");
            thread.setDaemon(true);
            thread.start();
        }
        return reaper;
    }

    private void run() {
        Set<Long> before = Set.of();
        // Created only when needed, because it takes some megabytes.
        MethodHandle waitpid = null;
        try {
            while (!closed.await(SCAN_INTERVAL_SECONDS, TimeUnit.SECONDS)) {
                Set<Long> now = endedChildren();
                for (long pid : now) {
                    if (before.contains(pid)) {
                        waitpid = waitpid == null ? waitpid() : waitpid;
                        waitpid.invokeWithArguments((int) pid, 0L, WNOHANG);
                        LOG.debug("Reaped {}", pid);
                    }
                }
                before = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            Event.ORPHANS_STAY.log(
                    LOG, "Processes that lost their parent stay in the process table: {problem}", e.toString());
        }
    }

    private static Set<Long> endedChildren() throws IOException {
        Set<Long> ended = new HashSet<>();
        try (Stream<Path> entries = Files.list(PROC)) {
            for (Path entry : entries.toList()) {
                if (Character.isDigit(entry.getFileName().toString().charAt(0))) {
                    Matcher stat = ENDED_CHILD_OF_FIRST.matcher(stat(entry));
                    if (stat.matches()) {
                        ended.add(Long.valueOf(stat.group(1)));
                    }
                }
            }
        }
        return ended;
    }

    private static String stat(Path process) {
        try {
            return Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // The process has ended meanwhile.
        }
    }

    /** A handle for {@code pid_t waitpid(pid_t pid, int *status, int options)}, with the pointer as a {@code long}. */
    private static MethodHandle waitpid() throws ReflectiveOperationException {
        Class<?> linkerType = Class.forName("java.lang.foreign.Linker");
        Class<?> layout = Class.forName("java.lang.foreign.MemoryLayout");
        Class<?> values = Class.forName("java.lang.foreign.ValueLayout");
        Class<?> descriptor = Class.forName("java.lang.foreign.FunctionDescriptor");
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        Class<?> option = Class.forName("java.lang.foreign.Linker$Option");
        Object anInt = values.getField("JAVA_INT").get(null);
        Object aLong = values.getField("JAVA_LONG").get(null);
        Object arguments = Array.newInstance(layout, 3);
        Array.set(arguments, 0, anInt);
        Array.set(arguments, 1, aLong);
        Array.set(arguments, 2, anInt);
        Object function =
                descriptor.getMethod("of", layout, arguments.getClass()).invoke(null, anInt, arguments);
        Object linker = linkerType.getMethod("nativeLinker").invoke(null);
        Object lookup = linkerType.getMethod("defaultLookup").invoke(linker);
        Object address = ((Optional<?>) Class.forName("java.lang.foreign.SymbolLookup")
                        .getMethod("find", String.class)
                        .invoke(lookup, "waitpid"))
                .orElseThrow(() -> new NoSuchMethodException("waitpid"));
        return (MethodHandle) linkerType
                .getMethod(
                        "downcallHandle",
                        segment,
                        descriptor,
                        Array.newInstance(option, 0).getClass())
                .invoke(linker, address, function, Array.newInstance(option, 0));
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
