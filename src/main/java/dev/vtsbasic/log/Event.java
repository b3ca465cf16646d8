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
 * The events of the log. Each has a name that never changes, so that programs can search for it, and one sentence for
 * people.
 *
 * <p>The sentence contains its fields, {@code {worker} is ready after {duration_ms} ms}, so that each value is written once.
 */
public enum Event {
    READY(Level.INFO, "The app responds.", ""),
    MANAGEMENT_READY(Level.INFO, "The management port is open.", ""),
    STOPPING(Level.INFO, "The server received a stop signal; in-flight requests finish first.", ""),
    DRAIN_BEGUN(
            Level.INFO,
            "An operator has begun a drain: the server is not ready, but serves all requests.",
            "Resume when you are done."),
    DRAIN_ENDED(Level.INFO, "An operator has ended the drain: the server is ready again.", ""),
    CANNOT_START(Level.ERROR, "The application does not start in this servlet container.", "See the message."),
    THREAD_ENDED(Level.ERROR, "A thread ended because of a defect in VTS Basic.", "Report it with its stack trace."),
    SETTING_UNKNOWN(Level.WARN, "A setting's name is unknown.", "Correct it; the message suggests a similar name."),

    WORKER_READY(Level.INFO, "A worker responds and gets requests.", ""),
    WORKER_REPLACED(Level.INFO, "A worker is being replaced.", ""),
    WORKER_ENDED(
            Level.WARN,
            "A worker ended, hung, or did not become ready; another one is started.",
            "See what it printed last; if that says nothing, check whether the system killed it for its memory."),
    WORKER_STAYS(
            Level.WARN,
            "A worker was to be replaced, but the new one did not become ready; the old one stays in service.",
            "See what the new one printed last."),
    WORKERS_GIVEN_UP(
            Level.ERROR,
            "The workers keep crashing, and none is started any more.",
            "Fix the app, then restart or put another build into service."),
    WORKER_NOT_ASKED(
            Level.WARN, "A worker could not be probed.", "See the reason; often there are too few file descriptors."),
    READY_PATH_NOT_FOUND(
            Level.WARN,
            "The app has no page at VTS_READY_PATH. It counts as ready, but no page was checked.",
            "Name a page that it has, or check whether it was built for another path."),
    WORKER_MEMORY_LIMIT_LOW(
            Level.WARN, "A worker that has just started uses more than VTS_WORKER_MAX_MEMORY.", "Raise the limit."),
    WORKER_OUTPUT(Level.INFO, "A line that the app printed, at the level that the line names, if it names one.", ""),
    WORKER_OUTPUT_LEFT_OUT(
            Level.WARN, "The app printed more than the log accepts.", "Make it print less: docs/configuration.md."),

    REQUESTS_CUT(
            Level.WARN,
            "Requests had not finished when VTS_STOP_TIMEOUT had passed.",
            "Raise it, if requests are meant to take that long."),
    REQUEST_FAILED(
            Level.ERROR, "A request failed because of a defect in VTS Basic.", "Report it with its stack trace."),
    UPSTREAM_FAILED(
            Level.WARN,
            "A worker closed the connection early, sent nothing for too long, or sent too large a response head: the client"
                    + " got a 502 or 504, or an incomplete response.",
            "See what the worker printed at that time."),
    REQUEST_BLOCKED(
            Level.ERROR,
            "One worker after another ended at the same request; for a minute, this request gets 502 and is not sent to the"
                    + " app.",
            "Fix the app at that path; after a restart or a new build, the request is sent again."),
    CACHE_FAILED(
            Level.WARN,
            "The shared cache failed at a response, so the request was sent to the app.",
            "Report it with its stack trace."),
    TUNNEL_FAILED(Level.WARN, "A WebSocket or another tunnel could not be opened.", "See the reason."),
    UPGRADE_IMPOSSIBLE(
            Level.WARN,
            "The servlet container cannot switch protocols.",
            "Enable its WebSocket support, as the message says."),
    ANSWER_STUCK(
            Level.WARN,
            "The container gave up a request whose response is still being written.",
            "Report it if it occurs often."),
    PREFIX_UNEXPECTED(
            Level.WARN,
            "A trusted proxy shows the application at another path than its links name.",
            "Set VTS_PUBLIC_PATH."),
    ACCESS_LOG_LEFT_OUT(
            Level.WARN,
            "Requests are missing in the access log.",
            "Make its reader faster, or lower VTS_ACCESS_LOG_SAMPLE."),

    MAINTENANCE_BEGUN(
            Level.INFO,
            "The file of VTS_MAINTENANCE exists: the app gets no requests.",
            "Remove it when you are done."),
    MAINTENANCE_ENDED(Level.INFO, "The file of VTS_MAINTENANCE is gone: the app gets requests again.", ""),
    PAGE_UNUSED(
            Level.WARN,
            "One of the app's own pages is too large or cannot be read; another page is sent instead.",
            "See the reason: docs/pages.md."),

    BUILD_VALID(Level.INFO, "The build is consistent.", ""),
    BUILD_INVALID(Level.WARN, "The build is inconsistent, but VTS_VALIDATE=warn.", "Build it again: docs/validate.md."),
    BUILD_WARNING(Level.INFO, "Something in the build may be a mistake.", "docs/validate.md."),
    BUILD_AT_BASE(Level.INFO, "The build was written for the path at which it is served.", ""),
    BUILD_BASE_UNKNOWN(
            Level.WARN,
            "The app on VTS_UPSTREAM must be built for the context path.",
            "Build it for that path: docs/context-path.md."),
    BUILD_IN_SERVICE(Level.INFO, "A new build is in service.", ""),
    WORKING_DIRECTORY_REPLACED(
            Level.WARN,
            "The app's working directory was replaced together with the build; files that the app wrote stay in the old one.",
            "Set VTS_APP_CWD: docs/configuration.md."),
    BUILD_REFUSED(
            Level.ERROR, "A new build is not put into service; the previous one stays in service.", "See the reason."),

    ASSETS_NOT_COMPRESSED(Level.WARN, "Some static files are sent uncompressed.", "See the reason."),
    ASSET_INDEX_UNUSED(
            Level.WARN, "The build's index of static files does not match the files.", "Run precompress on the build."),
    ARCHIVE_NOT_WRITTEN(
            Level.ERROR,
            "The assets of this build are not archived: after the next deploy, open pages of this build may miss parts.",
            "Make VTS_ASSET_ARCHIVE writable."),
    ARCHIVE_NOT_READ(Level.WARN, "Assets of earlier builds are not served.", "See the reason."),
    ARCHIVE_NOT_CLEANED(
            Level.WARN, "Builds may be kept in the archive too long, or removed too early.", "See the reason."),
    ARCHIVE_BUILD_REMOVED(Level.INFO, "The assets of an old build were removed.", ""),

    CERTIFICATE_LOADED(Level.INFO, "A changed certificate is in use.", ""),
    CERTIFICATE_REFUSED(
            Level.WARN, "A changed certificate cannot be used; the old one stays in use.", "Correct the files."),
    JMX_UNAVAILABLE(Level.WARN, "JMX does not show this deployment.", "See the reason."),

    BUN_NOT_RUNNABLE(
            Level.WARN,
            "Bun cannot be run from a directory; the next one is tried.",
            "None, unless no other directory works."),
    BUN_UNPACKED_AGAIN(
            Level.WARN,
            "The unpacked Bun was removed, so it was unpacked again.",
            "Exclude VTS_WORK_DIR from the cleanup that removed it."),
    RUN_DIRECTORY_MOVED(
            Level.WARN,
            "The workers' directory was removed, so another one is used.",
            "Exclude it from the cleanup that removed it."),
    RUN_DIRECTORY_REMOVED(Level.INFO, "Files of a killed JVM were removed.", ""),
    LEFT_BEHIND(Level.WARN, "Files or processes could not be removed.", "Remove them."),
    ORPHANS_STAY(
            Level.WARN,
            "VTS Basic is the container's first process and cannot remove ended orphan processes from the process table.",
            "Run the container with an init process.");

    /** Maximum number of events that {@link #last} returns. Events about the app's output are not kept. */
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
     * @param sentence contains the names of fields in braces
     * @param values the values of these fields, in order; then, in turn, names and values of fields that are not in the
     *     sentence; last, optionally, an exception
     */
    public void log(Logger logger, String sentence, Object... values) {
        logAt(level, logger, sentence, values);
    }

    /** As {@link #log}, but at this level instead of the event's own. */
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
            // Makes servers' logs name the class that logs the event instead of this class.
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
