package dev.vtsbasic.pool;

/** Whether the worker of a lease has ended. */
public enum WorkerExit {
    /** It has not ended, or this pool does not detect the end of workers. */
    NONE,
    /** It ended, and the pool has no evidence that the lease's request is the cause. */
    ENDED,
    /** It ended, and the pool's evidence says that the lease's request is the cause. */
    ENDED_BY_REQUEST
}
