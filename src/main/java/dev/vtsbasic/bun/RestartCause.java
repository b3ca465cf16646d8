package dev.vtsbasic.bun;

/** Why a worker was restarted or replaced. */
public enum RestartCause {
    /** It ended without being told to. */
    CRASHED,
    /** It did not respond for {@code VTS_HANG_TIMEOUT}. */
    HUNG,
    /** It did not become ready. */
    NOT_READY,
    /** It used more than {@code VTS_WORKER_MAX_MEMORY}. */
    MEMORY,
    /** It was older than {@code VTS_WORKER_MAX_AGE}. */
    AGE,
    /** It was leased for more requests than {@code VTS_WORKER_MAX_REQUESTS}. */
    REQUESTS,
    ASKED,
    NEW_BUILD
}
