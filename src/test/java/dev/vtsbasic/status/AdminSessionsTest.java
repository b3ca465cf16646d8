package dev.vtsbasic.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.status.AdminSessions.Session;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AdminSessionsTest {
    private final AtomicLong now = new AtomicLong();
    private final AdminSessions sessions = new AdminSessions(now::get);

    @Test
    void aSessionIsFoundByItsIdUntilItIsClosed() {
        Session session = sessions.open(true);
        assertEquals(Optional.of(session), sessions.find(session.id()));
        assertNotEquals(session.id(), session.formToken());
        sessions.close(session);
        assertEquals(Optional.empty(), sessions.find(session.id()));
    }

    @Test
    void aSessionEndsAfterTwelveHours() {
        Session session = sessions.open(true);
        now.set(AdminSessions.LIFE.toNanos() - 1);
        assertTrue(sessions.find(session.id()).isPresent());
        now.incrementAndGet();
        assertFalse(sessions.find(session.id()).isPresent());
    }

    @Test
    void theOldestSessionEndsWhenThereAreTooMany() {
        Session oldest = sessions.open(true);
        Session second = sessions.open(true);
        for (int more = 1; more < AdminSessions.MAX_SESSIONS; more++) {
            sessions.open(false);
        }
        assertFalse(sessions.find(oldest.id()).isPresent());
        assertTrue(sessions.find(second.id()).isPresent());
    }
}
