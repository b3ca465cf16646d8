package dev.vtsbasic.manage.metrics;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.SlotSnapshot.WorkerView;
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
public final class PrometheusMetrics {
    private final RuntimeStats figures;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();

    public PrometheusMetrics(RuntimeStats figures) {
        this.figures = figures;
        ofJvm();
        registry.register((MultiCollector) this::collect);
    }

    /**
     * Registers all of {@code JvmMetrics} except {@code JvmMemoryPoolAllocationMetrics}, because its listeners stay
     * registered with the JVM's garbage collectors and would keep an undeployed application in memory.
     */
    private void ofJvm() {
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

    /**
     * The Content-Type of the format that {@link #write} uses: OpenMetrics if {@code accept} names it, otherwise
     * Prometheus text.
     *
     * @param accept the request's Accept field; null or empty when there is none
     */
    public String contentType(String accept) {
        return writer(accept).getContentType();
    }

    /** Writes all metrics as they are now, in the format that {@link #contentType} names. */
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
        RuntimeStats.Build build = figures.build();
        all.add(new GaugeFamily("vts_build_info", "What runs here: always 1.")
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
        Traffic traffic = figures.traffic();
        CounterFamily requests = new CounterFamily("vts_http_requests", "Requests that have ended.");
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
                "Time from a request to the beginning of its answer.",
                traffic::timesToFirstByte));
        all.add(histogram(
                "vts_http_request_duration_seconds",
                "Time from a request to the end of its answer, event streams and tunnels aside.",
                kind -> kind.hasAnEnd() ? traffic.durations(kind) : null));
        all.add(byKind(
                new CounterFamily("vts_http_request_bytes", "Bytes of the bodies of requests that have ended."),
                traffic::bytesReceived));
        all.add(byKind(
                new CounterFamily("vts_http_response_bytes", "Bytes of the bodies of answers that have ended."),
                traffic::bytesSent));
        Map<RequestKind, Long> underWay = traffic.underWay();
        all.add(byKind(
                new GaugeFamily("vts_http_requests_in_flight", "Requests that have not ended."),
                kind -> underWay.getOrDefault(kind, 0L)));
    }

    /**
     * Whether a count is exported while it is zero, so that Prometheus sees it rise to one. Other combinations are
     * exported only after they have occurred, because most never do.
     */
    private static boolean isUsual(Method method, StatusClass status) {
        return (method == Method.GET || method == Method.POST) && status.compareTo(StatusClass.SUCCESSFUL) >= 0;
    }

    private void waits(List<MetricSnapshot> all) {
        Traffic traffic = figures.traffic();
        all.add(new GaugeFamily("vts_http_requests_waiting", "Requests that wait for a worker, or for their turn.")
                .add(figures.waiting())
                .snapshot());
        all.add(new CounterFamily(
                        "vts_http_requests_held", "Requests that had to wait for a worker, or for their turn.")
                .add(traffic.held())
                .snapshot());
        all.add(new CounterFamily("vts_http_requests_retried", "Requests that were sent to a worker more than once.")
                .add(traffic.retried())
                .snapshot());
        all.add(new GaugeFamily(
                        "vts_draining", "Whether clients are sent elsewhere, by a drain or before a stop: 1 or 0.")
                .add(figures.draining() ? 1 : 0)
                .snapshot());
        all.add(by(
                new CounterFamily("vts_http_requests_shed", "Requests that were turned away before the app had them."),
                "reason",
                ShedReason.values(),
                traffic::shed));
        all.add(by(
                new CounterFamily("vts_upstream_errors", "Requests that got no whole answer from the app."),
                "cause",
                UpstreamError.values(),
                traffic::upstreamErrors));
    }

    private void assets(List<MetricSnapshot> all) {
        Traffic traffic = figures.traffic();
        CounterFamily responses =
                new CounterFamily("vts_asset_responses", "Answers to requests for static files that exist.");
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
        all.add(new CounterFamily(
                        "vts_asset_unknown", "Requests for a file in the directory of hashed assets that no build has.")
                .add(traffic.assets(ContentCoding.IDENTITY, AssetOutcome.UNKNOWN))
                .snapshot());
    }

    private void workers(List<MetricSnapshot> all) {
        List<SlotSnapshot> places = figures.places();
        long ready = places.stream().filter(place -> place.ready().isPresent()).count();
        long starting = places.stream().filter(SlotSnapshot::starting).count();
        long vacant = places.stream()
                .filter(place -> place.ready().isEmpty() && !place.starting())
                .count();
        boolean givenUp = figures.givenUp();
        all.add(new GaugeFamily("vts_workers", "Workers, or places without one, by state.")
                .add(ready, "state", "ready")
                .add(starting, "state", "starting")
                .add(places.stream().mapToInt(SlotSnapshot::retiring).sum(), "state", "retiring")
                .add(givenUp ? 0 : vacant, "state", "pausing")
                .add(givenUp ? vacant : 0, "state", "given_up")
                .snapshot());
        all.add(by(
                new CounterFamily(
                        "vts_worker_restarts", "Workers that ended or were replaced, or did not become ready."),
                "cause",
                RestartCause.values(),
                figures::restarts));
        all.add(ofWorkers(
                new GaugeFamily("vts_worker_resident_memory_bytes", "Resident memory of the worker's process."),
                places,
                WorkerView::memory));
        all.add(ofWorkers(
                new CounterFamily("vts_worker_cpu_seconds", "Processor time of the worker's process."),
                places,
                worker -> worker.cpu().toNanos() / 1e9));
        all.add(ofWorkers(
                new GaugeFamily(
                        "vts_worker_start_time_seconds", "When the worker's process was started, since the epoch."),
                places,
                worker -> seconds(worker.started())));
    }

    private void cache(List<MetricSnapshot> all) {
        CacheStatistics cache = figures.cache();
        all.add(new CounterFamily("vts_cache_hits", "Requests answered from the shared cache without asking the app.")
                .add(cache.hits())
                .snapshot());
        all.add(new CounterFamily(
                        "vts_cache_misses", "Requests to the shared cache that got what the app answered to them.")
                .add(cache.misses())
                .snapshot());
        all.add(new CounterFamily(
                        "vts_cache_validated", "Requests for which the app said that what was stored is still right.")
                .add(cache.validated())
                .snapshot());
        all.add(new CounterFamily("vts_cache_collapsed", "Requests that waited for the answer to another one.")
                .add(cache.collapsed())
                .snapshot());
        all.add(new CounterFamily("vts_cache_stale", "Requests that got an answer past its time, as the app allows it.")
                .add(cache.stale())
                .snapshot());
        all.add(new CounterFamily("vts_cache_stored", "Answers put into the shared cache.")
                .add(cache.stored())
                .snapshot());
        all.add(new CounterFamily("vts_cache_evicted", "Answers that had to make room for others.")
                .add(cache.evicted())
                .snapshot());
        all.add(new GaugeFamily("vts_cache_entries", "Answers that the shared cache holds.")
                .add(cache.entries())
                .snapshot());
        all.add(new GaugeFamily("vts_cache_size_bytes", "Memory that they take.")
                .add(cache.bytes())
                .snapshot());
        all.add(new GaugeFamily("vts_cache_capacity_bytes", "Most that they may take.")
                .add(cache.capacity())
                .snapshot());
    }

    private static double seconds(Instant instant) {
        return instant.getEpochSecond() + instant.getNano() / 1e9;
    }

    private static MetricSnapshot ofWorkers(
            MetricFamily<?> family, List<SlotSnapshot> places, ToDoubleFunction<WorkerView> value) {
        for (SlotSnapshot place : places) {
            place.ready()
                    .ifPresent(worker ->
                            family.add(value.applyAsDouble(worker), "worker", Integer.toString(place.number())));
        }
        return family.snapshot();
    }

    private static MetricSnapshot byKind(MetricFamily<?> family, ToDoubleFunction<RequestKind> value) {
        return by(family, "kind", RequestKind.values(), value);
    }

    private static <E extends Enum<E>> MetricSnapshot by(
            MetricFamily<?> family, String label, E[] constants, ToDoubleFunction<E> value) {
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
