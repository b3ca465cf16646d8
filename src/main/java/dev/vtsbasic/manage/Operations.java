package dev.vtsbasic.manage;

/** What is managed. Safe for any number of threads. */
public interface Operations {
    /** Asks each worker now; takes up to two seconds when one hangs. */
    Health health();

    /** Begins to replace the workers; false when they are not ours. */
    boolean restart();

    Phase phase();

    /** Sends clients elsewhere, and serves those who come all the same. A second time does nothing. */
    void drain();

    /** Takes that back, if need be; false when a stop has begun, which cannot be taken back. */
    boolean resume();
}
