package dev.vtsbasic.traffic;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;

/**
 * The span that OpenTelemetry's Java agent has begun for a request, if the JVM runs that agent. Without the agent, the
 * JVM loads no class of OpenTelemetry.
 */
final class AgentSpan {
    private static final boolean PRESENT = isPresent();

    private AgentSpan() {}

    /**
     * Returns the span in the form of W3C Trace Context; empty when there is none. To be called on the container's
     * thread, to which the span belongs.
     */
    static String traceparent() {
        return PRESENT ? Current.traceparent() : "";
    }

    /** Every agent that is made from OpenTelemetry's has this class, and puts its jar on the boot class path. */
    private static boolean isPresent() {
        try {
            Class.forName("io.opentelemetry.javaagent.OpenTelemetryAgent", false, null);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * The agent makes the API below show the agent's spans. This is a class of its own, because the JVM would load the
     * API together with {@link AgentSpan} otherwise.
     */
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
