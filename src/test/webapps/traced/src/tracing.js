// Traces the app's work for a request as a part of the trace that the front has begun. See docs/tracing.md.
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

// The exporter reads OTEL_EXPORTER_OTLP_ENDPOINT and its like from the environment.
const provider = new TracerProvider({
  resource: resourceFromAttributes({ "service.name": "my-app" }),
  spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: 1000 })],
});
trace.setGlobalTracerProvider(provider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());

const tracer = trace.getTracer("my-app");
const fields = { get: (headers, name) => headers.get(name) ?? undefined, keys: (headers) => [...headers.keys()] };

/** Gives each request that fetch answers a span; spans that the app starts meanwhile are its children. */
export function traced(fetch) {
  return (request, ...others) => {
    const parent = propagation.extract(context.active(), request.headers, fields);
    const attributes = { "http.request.method": request.method, "url.path": new URL(request.url).pathname };
    return tracer.startActiveSpan(request.method, { kind: SpanKind.SERVER, attributes }, parent, async (span) => {
      try {
        const response = await fetch(request, ...others);
        span.setAttribute("http.response.status_code", response.status);
        if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        return response;
      } catch (error) {
        span.recordException(error);
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    });
  };
}
