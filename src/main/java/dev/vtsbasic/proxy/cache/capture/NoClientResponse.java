package dev.vtsbasic.proxy.cache.capture;

import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * Stands in for the client's response when no client waits for one. It has no header fields, and every other call
 * throws.
 */
public final class NoClientResponse {
    public static final HttpServletResponse INSTANCE = (HttpServletResponse) Proxy.newProxyInstance(
            NoClientResponse.class.getClassLoader(),
            new Class<?>[] {HttpServletResponse.class},
            (response, method, arguments) -> {
                if (method.getName().equals("getHeaderNames")) {
                    return List.of();
                }
                throw new UnsupportedOperationException(method.getName());
            });

    private NoClientResponse() {}
}
