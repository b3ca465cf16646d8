package dev.vtsbasic.manage;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotHealth;
import dev.vtsbasic.bun.SlotState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Operations that are counted and change nothing but the state that a test sets. */
final class FakeOperations implements AdminOperations {
    final AtomicInteger restarts = new AtomicInteger();
    final List<Optional<String>> purged = new ArrayList<>();
    volatile List<SlotHealth> slots = List.of(slot(1, SlotState.READY));
    volatile LifecyclePhase phase = LifecyclePhase.SERVING;
    boolean ours = true;
    boolean cached = true;

    static SlotHealth slot(int number, SlotState state, RestartCause... failure) {
        return new SlotHealth("worker-" + number, state, Arrays.stream(failure).findFirst());
    }

    @Override
    public HealthReport health() {
        return new HealthReport(phase, false, slots);
    }

    @Override
    public boolean restart() {
        if (ours) {
            restarts.incrementAndGet();
        }
        return ours;
    }

    @Override
    public Optional<Integer> purge(Optional<String> path) {
        purged.add(path);
        return cached ? Optional.of(3) : Optional.empty();
    }

    @Override
    public LifecyclePhase phase() {
        return phase;
    }

    @Override
    public void beginDrain() {
        phase = LifecyclePhase.DRAINING;
    }

    @Override
    public boolean endDrain() {
        if (phase == LifecyclePhase.STOPPING) {
            return false;
        }
        phase = LifecyclePhase.SERVING;
        return true;
    }
}
