package dev.vtsbasic.bun;

import java.util.Optional;

/**
 * The state of a worker slot, found by a probe of its worker. It holds nothing secret, because any client may read
 * {@code /-/ready}.
 *
 * @param name of the slot
 * @param failure how the last worker ended or failed to start; empty once another one has become ready
 */
public record SlotHealth(String name, SlotState state, Optional<RestartCause> failure) {
    public boolean answers() {
        return state == SlotState.READY;
    }
}
