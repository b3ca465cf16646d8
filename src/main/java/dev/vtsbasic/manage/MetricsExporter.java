package dev.vtsbasic.manage;

import java.io.IOException;
import java.io.OutputStream;

/** Writes the metrics of a deployment for a monitoring system. Implementations are safe for any number of threads. */
public interface MetricsExporter {
    /**
     * The Content-Type of the format that {@link #write} uses.
     *
     * @param accept the request's Accept field; null or empty when there is none
     */
    String contentType(String accept);

    /** Writes all metrics as they are now, in the format that {@link #contentType} names. */
    void write(String accept, OutputStream out) throws IOException;
}
