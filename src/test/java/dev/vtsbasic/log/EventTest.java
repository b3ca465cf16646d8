package dev.vtsbasic.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class EventTest {
    private final List<LogRecord> messages = new ArrayList<>();
    private final List<Event.Entry> entries = new ArrayList<>();
    private final Logger logger = Logger.getLogger("test.event");
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord message) {
            messages.add(message);
            entries.add(Event.current());
        }

        @Override
        public void flush() {
            // The handler buffers nothing.
        }

        @Override
        public void close() {
            // The handler has nothing to close.
        }
    };

    @BeforeEach
    void listen() {
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(handler);
        logger.setLevel(null);
    }

    private org.slf4j.Logger log() {
        return LoggerFactory.getLogger("test.event");
    }

    @Test
    void theSentenceAndItsFieldsAreWrittenOnce() {
        Event.WORKER_READY.log(log(), "{worker} is ready after {duration_ms} ms", "worker-1-1", 12L, "pid", 7L);
        assertEquals("worker-1-1 is ready after 12 ms", messages.get(0).getMessage());
        assertEquals(Level.INFO, messages.get(0).getLevel());
        assertEquals(Event.WORKER_READY, entries.get(0).event());
        assertEquals(
                Map.of("worker", "worker-1-1", "duration_ms", 12L, "pid", 7L),
                entries.get(0).fields());
        assertNull(Event.current());
    }

    @Test
    void placeholdersInAnArgumentAreLoggedUnchanged() {
        Event.WORKER_OUTPUT.logAt(org.slf4j.event.Level.WARN, log(), "{worker}: {line}", "w", "{} {x} {0} %s");
        assertEquals("w: {} {x} {0} %s", messages.get(0).getMessage());
        assertEquals(Level.WARNING, messages.get(0).getLevel());
    }

    @Test
    void anExceptionKeepsItsStack() {
        Exception failure = new Exception("why");
        Event.REQUEST_FAILED.log(log(), "{path}", "/a", "trace_id", "1", failure);
        assertEquals(failure, messages.get(0).getThrown());
        assertEquals(Map.of("path", "/a", "trace_id", "1"), entries.get(0).fields());
    }

    /** Servers print the source class with each message. */
    @Test
    void theLogNamesTheCallingClass() {
        Event.READY.log(log(), "ready");
        assertEquals(EventTest.class.getName(), messages.get(0).getSourceClassName());
    }

    @Test
    void aDisabledLevelLogsNothing() {
        logger.setLevel(Level.SEVERE);
        Event.READY.log(log(), "{a}", new Object() {
            @Override
            public String toString() {
                throw new AssertionError("was made");
            }
        });
        assertTrue(messages.isEmpty());
    }

    @Test
    void theLastEventsAreKeptExceptWorkerOutput() {
        for (int number = 0; number < 150; number++) {
            Event.LEFT_BEHIND.log(LoggerFactory.getLogger("test.event"), "Could not be removed: {problem}", number);
            Event.WORKER_OUTPUT.log(LoggerFactory.getLogger("test.event"), "{line}", "printed");
        }
        List<String> sentences = Event.last().stream()
                .map(Event.Logged::sentence)
                .filter(sentence -> sentence.matches("Could not be removed: [0-9]+|printed"))
                .toList();
        assertEquals("Could not be removed: 149", sentences.get(sentences.size() - 1));
        assertTrue(sentences.size() <= 100, sentences.toString());
        assertTrue(sentences.stream().noneMatch("printed"::equals), sentences.toString());
    }
}
