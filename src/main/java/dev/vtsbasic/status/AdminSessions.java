package dev.vtsbasic.status;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The sessions of users who signed in with a token. They end after twelve hours, and at a restart of the server,
 * because they are kept only in memory. Safe for any number of threads.
 */
final class AdminSessions {
    static final Duration LIFE = Duration.ofHours(12);

    /** Maximum number of sessions; one more ends the oldest. */
    static final int MAX_SESSIONS = 100;

    private static final int ID_OCTETS = 32;

    private final SecureRandom random = new SecureRandom();
    private final LongSupplier nanos;
    private final Map<String, Session> byId = new LinkedHashMap<>();

    /**
     * The session of one user.
     *
     * @param id secret value of the session's cookie
     * @param formToken secret value in each form of the page, which a page of another site cannot know
     * @param mayChange whether the token allows changing something
     * @param begun time of the sign-in by {@link System#nanoTime}
     */
    record Session(String id, String formToken, boolean mayChange, long begun) {}

    /** @param nanos the clock, in terms of {@link System#nanoTime} */
    AdminSessions(LongSupplier nanos) {
        this.nanos = nanos;
    }

    synchronized Session open(boolean mayChange) {
        Session session = new Session(random(), random(), mayChange, nanos.getAsLong());
        if (byId.size() == MAX_SESSIONS) {
            byId.remove(byId.keySet().iterator().next());
        }
        byId.put(session.id(), session);
        return session;
    }

    synchronized Optional<Session> find(String id) {
        Session session = byId.get(id);
        if (session != null && nanos.getAsLong() - session.begun() >= LIFE.toNanos()) {
            byId.remove(id);
            return Optional.empty();
        }
        return Optional.ofNullable(session);
    }

    synchronized void close(Session session) {
        byId.remove(session.id());
    }

    private String random() {
        byte[] octets = new byte[ID_OCTETS];
        random.nextBytes(octets);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }
}
