package dev.vtsbasic.manage.metrics;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.SlotSnapshot.WorkerView;
import dev.vtsbasic.manage.MetricsExporter;
import dev.vtsbasic.manage.RuntimeStats;
import dev.vtsbasic.traffic.AssetOutcome;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.ContentCoding;
import dev.vtsbasic.traffic.Durations;
import dev.vtsbasic.traffic.Method;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.UpstreamError;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmClassLoadingMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmCompilationMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmNativeMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The figures of one deployment for Prometheus. This class keeps no counts; it only names and labels those of
 * {@link RuntimeStats}. Labels have few values: constants of an enum, numbers of worker slots, versions. Safe for any
 * number of threads.
 *
 * <p>Create it at the first scrape and not at the start, because the Prometheus library takes a while to load.
 */
public final class PrometheusMetrics implements MetricsExporter {
    private final RuntimeStats stats;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();

    public PrometheusMetrics(RuntimeStats stats) {
        this.stats = stats;
        registerJvmMetrics();
        registry.register((MultiCollector) this::collect);
    }

    /**
     * Registers all of {@code JvmMetrics} except {@code JvmMemoryPoolAllocationMetrics}, because its listeners stay
     * registered with the JVM's garbage collectors and would keep an undeployed application in memory.
     */
    private void registerJvmMetrics() {
        JvmThreadsMetrics.builder().register(registry);
        JvmBufferPoolMetrics.builder().register(registry);
        JvmClassLoadingMetrics.builder().register(registry);
        JvmCompilationMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmMemoryMetrics.builder().register(registry);
        JvmNativeMemoryMetrics.builder().register(registry);
        JvmRuntimeInfoMetric.builder().register(registry);
        ProcessMetrics.builder().register(registry);
    }

    /** OpenMetrics if {@code accept} names it, otherwise Prometheus text. */
    @Override
    public String contentType(String accept) {
        return writer(accept).getContentType();
    }

    @Override
    public void write(String accept, OutputStream out) throws IOException {
        writer(accept).write(out, registry.scrape());
    }

    private ExpositionFormatWriter writer(String accept) {
        return accept != null && accept.contains("application/openmetrics-text")
                ? formats.getOpenMetricsTextFormatWriter()
                : formats.getPrometheusTextFormatWriter();
    }

    private MetricSnapshots collect() {
        List<MetricSnapshot> all = new ArrayList<>();
        requests(all);
        waits(all);
        assets(all);
        workers(all);
        cache(all);
        RuntimeStats.Build build = stats.build();
        all.add(MetricFamily.gauge("vts_build_info", "The versions in service: always 1.")
                .add(
                        1,
                        "version",
                        build.version(),
                        "bun",
                        build.bun(),
                        "build",
                        build.build(),
                        "java",
                        Runtime.version().toString())
                .snapshot());
        return new MetricSnapshots(all);
    }

    private void requests(List<MetricSnapshot> all) {
        Traffic traffic = stats.traffic();
        MetricFamily requests = MetricFamily.counter("vts_http_requests", "Requests that have ended.");
        for (RequestKind kind : RequestKind.values()) {
            for (Method method : Method.values()) {
                for (StatusClass status : StatusClass.values()) {
                    long count = traffic.requests(kind, method, status);
                    if (count > 0 || isUsual(method, status)) {
                        requests.add(count, "kind", name(kind), "method", name(method), "status", status.label());
                    }
                }
            }
        }
        all.add(requests.snapshot());
        all.add(histogram(
                "vts_http_time_to_first_byte_seconds",
                "Time from a request to the beginning of its response.",
                traffic::timesToFirstByte));
        all.add(histogram(
                "vts_http_request_duration_seconds",
                "Time from a request to the end of its response, without event streams and tunnels.",
                kind -> kind.hasAnEnd() ? traffic.durations(kind) : null));
        all.add(byKind(
                MetricFamily.counter("vts_http_request_bytes", "Bytes of the bodies of requests that have ended."),
                traffic::bytesReceived));
        all.add(byKind(
                MetricFamily.counter("vts_http_response_bytes", "Bytes of the bodies of responses that have ended."),
                traffic::bytesSent));
        Map<RequestKind, Long> inFlight = traffic.inFlight();
        all.add(byKind(
                MetricFamily.gauge("vts_http_requests_in_flight", "Requests that have not ended."),
                kind -> inFlight.getOrDefault(kind, 0L)));
    }

    /**
     * Whether a count is exported while it is zero, so that Prometheus sees it rise to one. Other combinations are
     * exported only after they have occurred, because most never do.
     */
    private static boolean isUsual(Method method, StatusClass status) {
        return (method == Method.GET || method == Method.POST) && status.compareTo(StatusClass.SUCCESSFUL) >= 0;
    }

    private void waits(List<MetricSnapshot> all) {
        Traffic traffic = stats.traffic();
        all.add(MetricFamily.gauge("vts_http_requests_waiting", "Requests that wait for a worker, or for a permit.")
                .add(stats.waiting())
                .snapshot());
        all.add(MetricFamily.counter(
                        "vts_http_requests_held", "Requests that had to wait for a worker, or for a permit.")
                .add(traffic.held())
                .snapshot());
        all.add(MetricFamily.counter("vts_http_requests_retried", "Requests that were sent to a worker more than once.")
                .add(traffic.retried())
                .snapshot());
        all.add(MetricFamily.gauge(
                        "vts_draining",
                        "Whether the server reports \"not ready\" because of a drain or a stop: 1 or 0.")
                .add(stats.draining() ? 1 : 0)
                .snapshot());
        all.add(by(
                MetricFamily.counter("vts_http_requests_shed", "Requests that were refused before the app had them."),
                "reason",
                ShedReason.values(),
                traffic::shed));
        all.add(by(
                MetricFamily.counter("vts_upstream_errors", "Requests that got no complete response from the app."),
                "cause",
                UpstreamError.values(),
                traffic::upstreamErrors));
    }

    private void assets(List<MetricSnapshot> all) {
        Traffic traffic = stats.traffic();
        MetricFamily responses =
                MetricFamily.counter("vts_asset_responses", "Responses to requests for static files that exist.");
        for (ContentCoding coding : ContentCoding.values()) {
            for (AssetOutcome outcome : AssetOutcome.values()) {
                long count = traffic.assets(coding, outcome);
                boolean usual = outcome == AssetOutcome.WHOLE || outcome == AssetOutcome.NOT_MODIFIED;
                if (outcome != AssetOutcome.UNKNOWN && (count > 0 || usual && coding != ContentCoding.OTHER)) {
                    responses.add(count, "coding", name(coding), "status", Integer.toString(outcome.status()));
                }
            }
        }
        all.add(responses.snapshot());
        all.add(MetricFamily.counter(
                        "vts_asset_unknown", "Requests for a file in the directory of hashed assets that no build has.")
                .add(traffic.assets(ContentCoding.IDENTITY, AssetOutcome.UNKNOWN))
                .snapshot());
    }

    private void workers(List<MetricSnapshot> all) {
        List<SlotSnapshot> slots = stats.slots();
        long ready = slots.stream().filter(slot -> slot.ready().isPresent()).count();
        long starting = slots.stream().filter(SlotSnapshot::starting).count();
        long vacant = slots.stream()
                .filter(slot -> slot.ready().isEmpty() && !slot.starting())
                .count();
        boolean givenUp = stats.givenUp();
        all.add(MetricFamily.gauge("vts_workers", "Workers, or slots without a worker, by state.")
                .add(ready, "state", "ready")
                .add(starting, "state", "starting")
                .add(slots.stream().mapToInt(SlotSnapshot::retiring).sum(), "state", "retiring")
                .add(givenUp ? 0 : vacant, "state", "pausing")
                .add(givenUp ? vacant : 0, "state", "given_up")
                .snapshot());
        all.add(by(
                MetricFamily.counter(
                        "vts_worker_restarts", "Workers that ended or were replaced, or did not become ready."),
                "cause",
                RestartCause.values(),
                stats::restarts));
        all.add(ofWorkers(
                MetricFamily.gauge("vts_worker_resident_memory_bytes", "Resident memory of the worker's process."),
                slots,
                WorkerView::memory));
        all.add(ofWorkers(
                MetricFamily.counter("vts_worker_cpu_seconds", "Processor time of the worker's process."),
                slots,
                worker -> worker.cpu().toNanos() / 1e9));
        all.add(ofWorkers(
                MetricFamily.gauge(
                        "vts_worker_start_time_seconds", "When the worker's process was started, since the epoch."),
                slots,
                worker -> seconds(worker.started())));
    }

    private void cache(List<MetricSnapshot> all) {
        CacheStatistics cache = stats.cache();
        all.add(MetricFamily.counter(
                        "vts_cache_hits", "Requests that got a stored response without a request to the app.")
                .add(cache.hits())
                .snapshot());
        all.add(MetricFamily.counter(
                        "vts_cache_misses",
                        "Requests that the shared cache passed to the app, and that got the app's response.")
                .add(cache.misses())
                .snapshot());
        all.add(MetricFamily.counter("vts_cache_validated", "Requests for which the app confirmed the stored response.")
                .add(cache.validated())
                .snapshot());
        all.add(MetricFamily.counter("vts_cache_collapsed", "Requests that waited for the response to another request.")
                .add(cache.collapsed())
                .snapshot());
        all.add(MetricFamily.counter("vts_cache_stale", "Requests that got a stale response, as the app allows.")
                .add(cache.stale())
                .snapshot());
        all.add(MetricFamily.counter("vts_cache_stored", "Responses put into the shared cache.")
                .add(cache.stored())
                .snapshot());
        all.add(MetricFamily.counter("vts_cache_evicted", "Responses that were removed to make room for others.")
                .add(cache.evicted())
                .snapshot());
        all.add(MetricFamily.gauge("vts_cache_entries", "Responses in the shared cache.")
                .add(cache.entries())
                .snapshot());
        all.add(MetricFamily.gauge("vts_cache_size_bytes", "Memory that these responses take.")
                .add(cache.bytes())
                .snapshot());
        all.add(MetricFamily.gauge("vts_cache_capacity_bytes", "Memory that these responses may take.")
                .add(cache.capacity())
                .snapshot());
    }

    private static double seconds(Instant instant) {
        return instant.getEpochSecond() + instant.getNano() / 1e9;
    }

    private static MetricSnapshot ofWorkers(
            MetricFamily family, List<SlotSnapshot> slots, ToDoubleFunction<WorkerView> value) {
        for (SlotSnapshot slot : slots) {
            slot.ready()
                    .ifPresent(worker ->
                            family.add(value.applyAsDouble(worker), "worker", Integer.toString(slot.number())));
        }
        return family.snapshot();
    }

    private static MetricSnapshot byKind(MetricFamily family, ToDoubleFunction<RequestKind> value) {
        return by(family, "kind", RequestKind.values(), value);
    }

    private static <E extends Enum<E>> MetricSnapshot by(
            MetricFamily family, String label, E[] constants, ToDoubleFunction<E> value) {
        for (E constant : constants) {
            family.add(value.applyAsDouble(constant), label, name(constant));
        }
        return family.snapshot();
    }

    /** @param durations the durations of a kind; null for a kind without them */
    private static MetricSnapshot histogram(String name, String help, Function<RequestKind, Durations> durations) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(name).help(help);
        for (RequestKind kind : RequestKind.values()) {
            Durations ofKind = durations.apply(kind);
            if (ofKind != null) {
                histogram.dataPoint(HistogramDataPointSnapshot.builder()
                        .labels(Labels.of("kind", name(kind)))
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(Durations.bounds(), ofKind.counts()))
                        .sum(ofKind.sum())
                        .build());
            }
        }
        return histogram.build();
    }

    private static String name(Enum<?> constant) {
        return constant instanceof Method && constant != Method.OTHER
                ? constant.name()
                : constant.name().toLowerCase(Locale.ROOT);
    }
}
