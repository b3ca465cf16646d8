package dev.vtsbasic.app;

import java.time.Duration;

/** The connections that a server had accepted when its port was closed. */
public interface AcceptedConnections {
    /** Waits until the newest connections have sent their first request, but {@code timeout} at most. */
    void awaitFirstRequests(Duration timeout) throws InterruptedException;

    /** Stops accepting requests. */
    void stopAccepting();

    /**
     * Waits for the files that the server still sends after the application has responded.
     *
     * @return how many are still being sent after {@code timeout}
     */
    int awaitFiles(Duration timeout) throws InterruptedException;
}
