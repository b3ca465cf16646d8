package dev.vtsbasic.bun;

/** Why a worker was started in the place of another. */
public enum RestartCause {
    /** It ended by itself. */
    CRASHED,
    /** It did not answer for {@code VTS_HANG_TIMEOUT}. */
    HUNG,
    /** It never answered. */
    NOT_READY,
    /** It used more than {@code VTS_WORKER_MAX_MEMORY}. */
    MEMORY,
    /** It was older than {@code VTS_WORKER_MAX_AGE}. */
    AGE,
    /** It had had {@code VTS_WORKER_MAX_REQUESTS}. */
    REQUESTS,
    ASKED,
    NEW_BUILD
}
