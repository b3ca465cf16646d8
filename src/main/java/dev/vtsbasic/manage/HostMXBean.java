package dev.vtsbasic.manage;

/** What JMX shows of one deployment, and lets do with it. */
public interface HostMXBean {
    /** Whether a worker answers, asked now. */
    boolean isReady();

    /** Why none will until someone looks at it; empty when one may. */
    String getProblem();

    /** How many workers there are to be. */
    int getWorkers();

    /** A line for each of them. */
    String[] getWorkerStates();

    /** Begins to replace the workers, one after the other; false when they are not ours. */
    boolean restart();
}
