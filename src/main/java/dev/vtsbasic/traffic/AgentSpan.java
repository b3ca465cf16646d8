package dev.vtsbasic.traffic;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;

/**
 * The span that OpenTelemetry's Java agent has begun for a request, where the JVM has that agent. Without it nothing of
 * OpenTelemetry is loaded.
 */
final class AgentSpan {
    private static final boolean PRESENT = isPresent();

    private AgentSpan() {}

    /**
     * Names it as W3C Trace Context does; empty when there is none. To be called on the container's thread, whose span it is.
     */
    static String traceparent() {
        return PRESENT ? Current.traceparent() : "";
    }

    /** Every agent made of OpenTelemetry's has that class, and puts its jar where the JVM has its own. */
    private static boolean isPresent() {
        try {
            Class.forName("io.opentelemetry.javaagent.OpenTelemetryAgent", false, null);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
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
