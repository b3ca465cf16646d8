package dev.vtsbasic.log;

import dev.vtsbasic.text.Printable;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.spi.CallerBoundaryAware;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The events of the log. Each has a name that does not change, so that programs can find it, and one sentence for
 * people.
 *
 * <p>The sentence contains its fields, {@code {worker} is ready after {duration_ms} ms}, so that both are written once.
 */
public enum Event {
    READY(Level.INFO, "The app answers.", ""),
    MANAGEMENT_READY(Level.INFO, "The port for what is managed is open.", ""),
    STOPPING(Level.INFO, "A signal asked for the end; running requests finish first.", ""),
    DRAIN_BEGUN(Level.INFO, "Someone asked for a drain: not ready, but all is served.", "Resume when you are done."),
    DRAIN_ENDED(Level.INFO, "Someone ended the drain: ready again.", ""),
    CANNOT_START(Level.ERROR, "The application does not start in this servlet container.", "See the sentence."),
    THREAD_ENDED(Level.ERROR, "A thread ended by a fault of ours.", "Report it with its stack."),
    SETTING_UNKNOWN(Level.WARN, "A setting's name is not known.", "Correct it; a similar name is suggested."),

    WORKER_READY(Level.INFO, "A worker answers and gets requests.", ""),
    WORKER_REPLACED(Level.INFO, "A worker is being replaced by another.", ""),
    WORKER_ENDED(
            Level.WARN,
            "A worker ended, hung, or did not become ready; another is started.",
            "See what it printed last; if it says nothing, whether the system killed it for its memory."),
    WORKER_STAYS(
            Level.WARN,
            "A worker was to be replaced, but the next one did not become ready; it goes on.",
            "See what the next one printed last."),
    WORKERS_GIVEN_UP(
            Level.ERROR,
            "The workers keep crashing, and none is started any more.",
            "Mend the app, then restart or put another build into service."),
    WORKER_NOT_ASKED(
            Level.WARN,
            "A worker could not be asked for a sign of life.",
            "See the reason: often there are too few file descriptors."),
    READY_PATH_NOT_FOUND(
            Level.WARN,
            "The app has no page at VTS_READY_PATH. It is taken for ready, although nobody has seen a page of it.",
            "Name a page that it has, or see whether it was built for another path."),
    WORKER_MEMORY_LIMIT_LOW(Level.WARN, "A worker that has just started is above VTS_WORKER_MAX_MEMORY.", "Raise it."),
    WORKER_OUTPUT(Level.INFO, "A line that the app printed; at the level that it names, if it does.", ""),
    WORKER_OUTPUT_LEFT_OUT(
            Level.WARN, "The app printed more than the log takes.", "Have it print less: docs/configuration.md."),

    REQUESTS_CUT(
            Level.WARN,
            "Requests had not finished at the end of VTS_STOP_TIMEOUT.",
            "Raise it, if they are meant to take so long."),
    REQUEST_FAILED(Level.ERROR, "A request ended by a fault of ours.", "Report it with its stack."),
    UPSTREAM_FAILED(
            Level.WARN,
            "A worker broke off, was silent for too long, or answered with too large a head: the client got a 502 or 504, or an"
                    + " answer that broke off.",
            "See what the worker printed at that time."),
    REQUEST_BLOCKED(
            Level.ERROR,
            "One worker after another ended at the same request, which is answered 502 without being sent for a minute.",
            "Mend what the app does at that path; a restart or a new build has it sent again."),
    CACHE_FAILED(
            Level.WARN,
            "The shared cache failed at an answer, which the app was asked for instead.",
            "Report it with its stack."),
    TUNNEL_FAILED(Level.WARN, "A WebSocket or the like could not be opened.", "See the reason."),
    UPGRADE_IMPOSSIBLE(
            Level.WARN, "The servlet container cannot switch protocols.", "Switch its WebSocket on, as it says."),
    ANSWER_STUCK(
            Level.WARN,
            "The container gave a request up whose answer is still being written.",
            "Report it if it comes often."),
    PREFIX_UNEXPECTED(
            Level.WARN,
            "A trusted proxy shows the application at another path than its links name.",
            "Set VTS_PUBLIC_PATH."),
    ACCESS_LOG_LEFT_OUT(
            Level.WARN,
            "Requests are missing in the access log.",
            "Have it read faster, or lower VTS_ACCESS_LOG_SAMPLE."),

    MAINTENANCE_BEGUN(
            Level.INFO,
            "The file of VTS_MAINTENANCE is there: the app gets no requests.",
            "Remove it when you are done."),
    MAINTENANCE_ENDED(Level.INFO, "That file is gone: the app gets requests again.", ""),
    PAGE_UNUSED(
            Level.WARN,
            "One of the app's own pages is too large or cannot be read; another is sent in its place.",
            "See the reason: docs/pages.md."),

    BUILD_VALID(Level.INFO, "The build fits together.", ""),
    BUILD_INVALID(
            Level.WARN, "The build does not fit together, but VTS_VALIDATE=warn.", "Build it anew: docs/validate.md."),
    BUILD_WARNING(Level.INFO, "Something in the build may be a mistake.", "docs/validate.md."),
    BUILD_AT_BASE(Level.INFO, "The build was written for the path at which it is served.", ""),
    BUILD_BASE_UNKNOWN(
            Level.WARN,
            "The server of VTS_UPSTREAM has to be made for the context path.",
            "Make it so: docs/context-path.md."),
    BUILD_IN_SERVICE(Level.INFO, "A new build is in service.", ""),
    WORKING_DIRECTORY_REPLACED(
            Level.WARN,
            "The directory that the app runs in was replaced with the build; files that the app wrote stay in the old one.",
            "Set VTS_APP_CWD: docs/configuration.md."),
    BUILD_REFUSED(Level.ERROR, "A new build is not put into service; the one before it goes on.", "See the reason."),

    ASSETS_NOT_COMPRESSED(Level.WARN, "Some static files are sent as they are.", "See the reason."),
    ASSET_INDEX_UNUSED(
            Level.WARN, "The build's index of static files does not fit them.", "Run precompress on the build."),
    ARCHIVE_NOT_WRITTEN(
            Level.ERROR,
            "The assets of this build are not kept: pages of it may miss parts after the next one.",
            "Make VTS_ASSET_ARCHIVE writable."),
    ARCHIVE_NOT_READ(Level.WARN, "Assets of earlier builds are not served.", "See the reason."),
    ARCHIVE_NOT_CLEANED(Level.WARN, "Builds stay in the archive for too long, or not long enough.", "See the reason."),
    ARCHIVE_BUILD_REMOVED(Level.INFO, "The assets of an old build were removed.", ""),

    CERTIFICATE_LOADED(Level.INFO, "A changed certificate is in use.", ""),
    CERTIFICATE_REFUSED(Level.WARN, "A changed certificate cannot be used; the old one stays.", "Correct the files."),
    JMX_UNAVAILABLE(Level.WARN, "JMX does not show this deployment.", "See the reason."),

    BUN_NOT_RUNNABLE(
            Level.WARN, "Bun cannot be run from a directory; the next one is tried.", "None, unless no other will do."),
    BUN_UNPACKED_AGAIN(Level.WARN, "The unpacked Bun was removed.", "Have whatever cleans up spare VTS_WORK_DIR."),
    RUN_DIRECTORY_MOVED(
            Level.WARN, "The workers' directory was removed; there is another.", "Have whatever cleans up spare it."),
    RUN_DIRECTORY_REMOVED(Level.INFO, "What a killed JVM left was removed.", ""),
    LEFT_BEHIND(Level.WARN, "Files or processes could not be removed.", "Remove them."),
    ORPHANS_STAY(
            Level.WARN,
            "As the first process of a container we cannot take note of the end of others.",
            "Run the container with an init process.");

    /** How many events are kept; the app's own lines are not among them. */
    private static final int MAX_KEPT = 100;

    private static final int MAX_SENTENCE_LENGTH = 4000;
    private static final Deque<Logged> LAST = new ArrayDeque<>();
    private static final ThreadLocal<Entry> CURRENT = new ThreadLocal<>();

    private final Level level;
    private final String meaning;
    private final String remedy;

    Event(Level level, String meaning, String remedy) {
        this.level = level;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    /**
     * An event that is being logged.
     *
     * @param fields names and values, in their order
     */
    public record Entry(Event event, Map<String, Object> fields) {}

    /** An event that was logged. */
    public record Logged(Instant time, Level level, Event event, String sentence) {}

    /** The last events that this deployment has logged, 100 at most, oldest first. */
    public static List<Logged> last() {
        synchronized (LAST) {
            return List.copyOf(LAST);
        }
    }

    private void keep(Level level, String sentence) {
        if (this == WORKER_OUTPUT || this == WORKER_OUTPUT_LEFT_OUT) {
            return;
        }
        String kept =
                sentence.length() <= MAX_SENTENCE_LENGTH ? sentence : sentence.substring(0, MAX_SENTENCE_LENGTH) + "…";
        synchronized (LAST) {
            if (LAST.size() == MAX_KEPT) {
                LAST.removeFirst();
            }
            LAST.add(new Logged(Instant.now(), level, this, kept));
        }
    }

    /** The event that the current thread is logging, for the log's formatter; null when there is none. */
    public static Entry current() {
        return CURRENT.get();
    }

    /** The name in a log line, such as {@code worker-ready}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    Level level() {
        return level;
    }

    String meaning() {
        return meaning;
    }

    /** Empty when the operator need not do anything. */
    String remedy() {
        return remedy;
    }

    /**
     * Logs the event at its own level.
     *
     * @param sentence with the names of fields in braces
     * @param values the values of these fields, in order; then names and values in turn, of fields that are not in the
     *     sentence; at the end, if there is one, an exception
     */
    public void log(Logger logger, String sentence, Object... values) {
        logAt(level, logger, sentence, values);
    }

    /** As {@link #log}, at another level. */
    public void logAt(Level level, Logger logger, String sentence, Object... values) {
        if (!logger.isEnabledForLevel(level)) {
            return;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        StringBuilder text = new StringBuilder();
        int used = 0;
        int from = 0;
        for (int open = sentence.indexOf('{'); open >= 0; open = sentence.indexOf('{', from)) {
            int close = sentence.indexOf('}', open);
            fields.put(sentence.substring(open + 1, close), values[used]);
            text.append(sentence, from, open).append(Printable.lines(String.valueOf(values[used++])));
            from = close + 1;
        }
        text.append(sentence, from, sentence.length());
        for (; used + 1 < values.length; used += 2) {
            fields.put((String) values[used], values[used + 1]);
        }
        Throwable failure = used < values.length ? (Throwable) values[used] : null;
        LoggingEventBuilder line = logger.makeLoggingEventBuilder(level).setCause(failure);
        if (line instanceof CallerBoundaryAware aware) {
            // Servers' logs then name the class that has logged the event, and not this one.
            aware.setCallerBoundary(Event.class.getName());
        }
        keep(level, text.toString());
        CURRENT.set(new Entry(this, fields));
        try {
            line.log(text.toString());
        } finally {
            CURRENT.remove();
        }
    }
}
