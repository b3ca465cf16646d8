package dev.vtsbasic.proxy;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;

/**
 * The span that OpenTelemetry's Java agent has begun for a request, where the JVM has that agent. Without it nothing of
 * OpenTelemetry is loaded.
 */
final class AgentSpan {
    /** Every distribution of the agent has it, whatever its own class is. */
    private static final String AGENT = "io/opentelemetry/javaagent/OpenTelemetryAgent.class";

    private static final boolean PRESENT = ClassLoader.getSystemResource(AGENT) != null;

    private AgentSpan() {}

    /**
     * Names it as W3C Trace Context does; empty when there is none. To be called on the container's thread, whose span it is.
     */
    static String traceparent() {
        return PRESENT ? Current.traceparent() : "";
    }

    /** The agent lets the class below see its own spans; a class of its own, as the JVM would load that with this one. */
    private static final class Current {
        static String traceparent() {
            SpanContext span = Span.current().getSpanContext();
            return span.isValid()
                    ? "00-" + span.getTraceId() + "-" + span.getSpanId() + "-"
                            + span.getTraceFlags().asHex()
                    : "";
        }
    }
}
