package dev.vtsbasic.app;

import dev.vtsbasic.bun.SlotHealth;
import dev.vtsbasic.manage.AdminOperations;
import dev.vtsbasic.manage.CollapsingSupplier;
import dev.vtsbasic.manage.HealthReport;
import dev.vtsbasic.manage.LifecyclePhase;
import java.util.List;
import java.util.Optional;

/** The operations that an operator can call on a running application. Thread-safe. */
final class ApplicationOperations implements AdminOperations {
    private final ApplicationParts parts;

    private final CollapsingSupplier<List<SlotHealth>> health;

    ApplicationOperations(ApplicationParts parts) {
        this.parts = parts;
        this.health = new CollapsingSupplier<>(parts.upstream()::health);
    }

    @Override
    public HealthReport health() {
        return new HealthReport(
                parts.operator().drain().phase(), !parts.upstream().firstReady().isDone(), health.get());
    }

    @Override
    public boolean restart() {
        return parts.upstream().restart();
    }

    @Override
    public Optional<Integer> purge(Optional<String> path) {
        return parts.requests().proxy().purge(path);
    }

    @Override
    public LifecyclePhase phase() {
        return parts.operator().drain().phase();
    }

    @Override
    public void beginDrain() {
        parts.operator().drain().begin();
    }

    @Override
    public boolean endDrain() {
        return parts.operator().drain().end();
    }
}
