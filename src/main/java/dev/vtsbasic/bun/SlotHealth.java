package dev.vtsbasic.bun;

import java.util.Optional;

/**
 * What was found when the worker of a place was asked.
 *
 * @param name of the place; nothing of it is secret
 * @param failure what became of the worker before, as long as there is no other
 */
public record SlotHealth(String name, SlotState state, Optional<RestartCause> failure) {
    public boolean answers() {
        return state == SlotState.READY;
    }
}
