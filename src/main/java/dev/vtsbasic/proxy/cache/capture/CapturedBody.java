package dev.vtsbasic.proxy.cache;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** A response body that one thread collects while another thread reads it. */
final class CapturedBody extends ByteArrayOutputStream {
    /**
     * Copies bytes that were already collected; does not wait for more.
     *
     * @param from position in the body, in bytes
     * @return how many bytes were copied; 0 when there are none behind that position
     */
    synchronized int read(int from, byte[] into) {
        int length = Math.min(into.length, count - from);
        System.arraycopy(buf, from, into, 0, length);
        return length;
    }

    /** Returns the whole body in the internal array, trimmed to its length; not a copy. */
    synchronized byte[] whole() {
        if (buf.length != count) {
            buf = Arrays.copyOf(buf, count);
        }
        return buf;
    }
}
