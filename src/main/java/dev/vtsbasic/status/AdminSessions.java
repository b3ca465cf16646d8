package dev.vtsbasic.status;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Who signed in with a token, until a restart or for twelve hours. Safe for any number of threads. */
final class AdminSessions {
    static final Duration LIFE = Duration.ofHours(12);

    /** The oldest goes when there are more. */
    static final int MOST = 100;

    private static final int ID_OCTETS = 32;

    private final SecureRandom random = new SecureRandom();
    private final LongSupplier nanos;
    private final Map<String, Session> byId = new LinkedHashMap<>();

    /**
     * Someone who signed in.
     *
     * @param id nobody else knows it
     * @param formToken nobody else's page knows it
     * @param mayChange whether by a token of who may change something
     * @param begun by {@link System#nanoTime}
     */
    record Session(String id, String formToken, boolean mayChange, long begun) {}

    /** @param nanos {@link System#nanoTime} */
    AdminSessions(LongSupplier nanos) {
        this.nanos = nanos;
    }

    synchronized Session open(boolean mayChange) {
        Session session = new Session(random(), random(), mayChange, nanos.getAsLong());
        if (byId.size() == MOST) {
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
