package dev.vtsbasic.traffic;

/** Why a request was turned away at once, to be made again later. */
public enum Shed {
    /** As many wait for a worker as {@code VTS_HOLD_QUEUE} allows. */
    HOLD_QUEUE,
    /** All threads are busy, and as many requests wait for one as may. */
    THREADS
}
