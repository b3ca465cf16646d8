package dev.vtsbasic.manage;

import dev.vtsbasic.bun.SlotHealth;
import dev.vtsbasic.bun.SlotState;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a deployment is ready, and why not, by a probe of its workers. It holds nothing secret, because every client
 * may read {@code /-/ready}.
 *
 * @param phase whether load balancers should send requests
 * @param neverReady whether no worker has been ready yet
 * @param slots result of the probe for each worker slot
 */
public record HealthReport(LifecyclePhase phase, boolean neverReady, List<SlotHealth> slots) {
    /** Made once, because each static method of {@code jakarta.json.Json} looks up the provider again. */
    private static final JsonBuilderFactory JSON = JsonProvider.provider().createBuilderFactory(Map.of());

    /** The body of {@code /-/live}: the server is up if it can send this. */
    static final String LIVE = object(true, List.of(check("front", true)));

    /** True when at least one worker responds, and neither a drain nor a stop has begun. */
    public boolean ready() {
        return phase == LifecyclePhase.SERVING && answering() > 0;
    }

    private long answering() {
        return slots.stream().filter(SlotHealth::answers).count();
    }

    /** Why the deployment is not ready; empty when it is. */
    public Optional<String> problem() {
        return switch (phase) {
            case DRAINING -> Optional.of("Draining: an operator has begun a drain, and POST /resume ends it");
            case STOPPING -> Optional.of("The server is about to stop");
            case SERVING -> ready() ? Optional.empty() : Optional.of(reasonNoneResponds());
        };
    }

    private String reasonNoneResponds() {
        if (isAny(SlotState.GIVEN_UP)) {
            return "Bun keeps crashing and is not started again; the log says why";
        }
        if (isAny(SlotState.SILENT)) {
            return "No worker responds";
        }
        return neverReady ? "Starting: no worker has responded yet" : "No worker is running; the next one is starting";
    }

    private boolean isAny(SlotState state) {
        return slots.stream().anyMatch(slot -> slot.state() == state);
    }

    /**
     * The body of {@code /-/ready} in the format of MicroProfile Health. The overall status is that of the first check,
     * "service", and not the conjunction of all checks, because one worker that responds is enough.
     */
    String json() {
        JsonObjectBuilder data = JSON.createObjectBuilder()
                .add("phase", name(phase))
                .add("workers", slots.size())
                .add("answering", answering());
        problem().ifPresent(text -> data.add("problem", text));
        List<JsonObjectBuilder> checks = new ArrayList<>();
        checks.add(check("service", ready()).add("data", data));
        slots.forEach(slot -> checks.add(check(slot)));
        return object(ready(), checks);
    }

    private static JsonObjectBuilder check(SlotHealth slot) {
        JsonObjectBuilder data = JSON.createObjectBuilder().add("state", name(slot.state()));
        problem(slot).ifPresent(text -> data.add("problem", text));
        return check(slot.name(), slot.answers()).add("data", data);
    }

    private static Optional<String> problem(SlotHealth slot) {
        return switch (slot.state()) {
            case READY -> Optional.empty();
            case SILENT -> Optional.of("It does not respond");
            default ->
                slot.failure().map(cause -> switch (cause) {
                    case NOT_READY -> "The last one did not become ready; the log says why";
                    case HUNG -> "The last one hung and was killed; the log says why";
                    default -> "The last one crashed; the log says why";
                });
        };
    }

    private static String object(boolean up, List<JsonObjectBuilder> checks) {
        JsonArrayBuilder array = JSON.createArrayBuilder();
        checks.forEach(array::add);
        return JSON.createObjectBuilder()
                .add("status", status(up))
                .add("checks", array)
                .build()
                .toString();
    }

    private static JsonObjectBuilder check(String name, boolean up) {
        return JSON.createObjectBuilder().add("name", name).add("status", status(up));
    }

    private static String status(boolean up) {
        return up ? "UP" : "DOWN";
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
