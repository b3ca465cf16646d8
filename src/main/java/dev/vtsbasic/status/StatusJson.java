package dev.vtsbasic.status;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.manage.RuntimeStats;
import dev.vtsbasic.traffic.AssetOutcome;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.ContentCoding;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.UpstreamError;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Renders the status as JSON. Names are those of the metrics and their labels, times are in seconds, sizes in bytes.
 */
final class StatusJson {
    /** Made once, because each static method of {@code jakarta.json.Json} looks up the provider again. */
    private static final JsonBuilderFactory JSON = JsonProvider.provider().createBuilderFactory(Map.of());

    private StatusJson() {}

    static JsonObject of(StatusSnapshot status) {
        RuntimeStats stats = status.stats();
        Traffic traffic = stats.traffic();
        RuntimeStats.Build build = stats.build();
        return JSON.createObjectBuilder()
                .add("time", status.time().toString())
                .add("ready", status.health().ready())
                .add("phase", name(status.health().phase()))
                .add("problem", status.health().problem().orElse(""))
                .add(
                        "build",
                        object().add("id", build.build())
                                .add("since", build.since().toString()))
                .add(
                        "versions",
                        object().add("vts_basic", build.version())
                                .add("bun", build.bun())
                                .add("java", Runtime.version().toString())
                                .add("server", status.server()))
                .add("requests", requests(status))
                .add("waiting", stats.waiting())
                .add("held", traffic.held())
                .add("retried", traffic.retried())
                .add("shed", counts(ShedReason.values(), traffic::shed))
                .add("upstream_errors", counts(UpstreamError.values(), traffic::upstreamErrors))
                .add("assets", assets(traffic))
                .add("cache", cache(stats.cache()))
                .add(
                        "memory",
                        object().add("heap", status.now().heap())
                                .add("heap_max", Runtime.getRuntime().maxMemory())
                                .add("workers", status.now().workers()))
                .add("workers", array(status.slots(), slot -> worker(status, slot)))
                .add("restarts", counts(RestartCause.values(), stats::restarts))
                .add(
                        "blocked",
                        array(
                                stats.blocked(),
                                blocked -> object().add("request", blocked.request())
                                        .add("workers", blocked.workers())
                                        .add("until", blocked.until().toString())))
                .add(
                        "events",
                        array(
                                status.events(),
                                event -> object().add("time", event.time().toString())
                                        .add("level", event.level().toString().toLowerCase(Locale.ROOT))
                                        .add("event", event.event().id())
                                        .add("sentence", event.sentence())))
                .add(
                        "output",
                        array(
                                status.output(),
                                output -> object().add("worker", output.worker())
                                        .add("lines", JSON.createArrayBuilder(output.lines()))))
                .add(
                        "settings",
                        array(
                                status.settings(),
                                setting -> object().add("name", setting.name())
                                        .add("value", setting.value())
                                        .add("source", setting.source())))
                .build();
    }

    private static JsonObjectBuilder requests(StatusSnapshot status) {
        Map<RequestKind, Long> inFlight = status.stats().traffic().inFlight();
        SampleInterval minute = status.minute();
        JsonObjectBuilder requests = object();
        for (RequestKind kind : RequestKind.values()) {
            StatsSample.Counts counts = status.now().of(kind);
            JsonObjectBuilder one = object().add("total", counts.requests())
                    .add("status", counts(StatusClass.values(), counts::of))
                    .add("in_flight", inFlight.getOrDefault(kind, 0L))
                    .add("per_second", rounded(minute.rate(kind)))
                    .add("time_to_first_byte", quantiles(share -> minute.firstByte(kind, share)));
            if (kind.hasAnEnd()) {
                one.add("duration", quantiles(share -> minute.total(kind, share)));
            }
            requests.add(name(kind), one);
        }
        return requests;
    }

    /** Quantiles of the last minute in seconds; empty when there were no requests in it. */
    private static JsonObjectBuilder quantiles(DoubleUnaryOperator ofShare) {
        JsonObjectBuilder quantiles = object();
        for (int percent : new int[] {50, 95, 99}) {
            double value = ofShare.applyAsDouble(percent / 100.0);
            if (!Double.isNaN(value)) {
                quantiles.add("p" + percent, rounded(value));
            }
        }
        return quantiles;
    }

    private static JsonObjectBuilder assets(Traffic traffic) {
        JsonObjectBuilder assets = object();
        for (ContentCoding coding : ContentCoding.values()) {
            assets.add(name(coding), counts(AssetOutcome.values(), outcome -> traffic.assets(coding, outcome)));
        }
        return assets;
    }

    private static JsonObjectBuilder cache(CacheStatistics cache) {
        return object().add("hits", cache.hits())
                .add("misses", cache.misses())
                .add("validated", cache.validated())
                .add("collapsed", cache.collapsed())
                .add("stale", cache.stale())
                .add("stored", cache.stored())
                .add("evicted", cache.evicted())
                .add("entries", cache.entries())
                .add("size", cache.bytes())
                .add("capacity", cache.capacity());
    }

    private static JsonObjectBuilder worker(StatusSnapshot status, SlotSnapshot slot) {
        JsonObjectBuilder json = object().add("place", slot.number())
                .add("state", name(status.state(slot)))
                .add("starting", slot.starting())
                .add("retiring", slot.retiring())
                .add(
                        "restarts",
                        array(
                                slot.restarts(),
                                restart -> object().add("time", restart.time().toString())
                                        .add("cause", name(restart.cause()))));
        slot.ready()
                .ifPresent(worker -> json.add("name", worker.name())
                        .add("pid", worker.pid())
                        .add("started", worker.started().toString())
                        .add("memory", worker.memory())
                        .add("cpu", worker.cpu().toMillis() / 1e3)
                        .add("requests", worker.requests()));
        return json;
    }

    private static <E extends Enum<E>> JsonObjectBuilder counts(E[] constants, ToLongFunction<E> count) {
        JsonObjectBuilder counts = object();
        for (E constant : constants) {
            counts.add(name(constant), count.applyAsLong(constant));
        }
        return counts;
    }

    private static <T> JsonArrayBuilder array(Collection<T> values, Function<T, JsonObjectBuilder> json) {
        JsonArrayBuilder array = JSON.createArrayBuilder();
        values.forEach(value -> array.add(json.apply(value)));
        return array;
    }

    private static JsonObjectBuilder object() {
        return JSON.createObjectBuilder();
    }

    private static double rounded(double value) {
        return Math.round(value * 1e4) / 1e4;
    }

    private static String name(Enum<?> constant) {
        return constant instanceof StatusClass status
                ? status.label()
                : constant.name().toLowerCase(Locale.ROOT);
    }
}
