package dev.vtsbasic.pool;

/** Whether the worker of a lease has ended. */
public enum WorkerExit {
    /** No, or this pool does not know. */
    NONE,
    /** It ended, and nothing says that the lease's request is the cause. */
    ENDED,
    /** It ended, and the lease's request is taken for the cause. */
    ENDED_BY_REQUEST
}
