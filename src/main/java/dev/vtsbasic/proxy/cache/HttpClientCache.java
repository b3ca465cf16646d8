package dev.vtsbasic.proxy.cache;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.cache.HttpCacheContext;
import org.apache.hc.client5.http.cache.HttpCacheStorage;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.cache.CacheConfig;
import org.apache.hc.client5.http.impl.cache.CachingHttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.NamedElementChain;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HttpClient's cache without the client around it: the one element of the client's execution chain that looks up,
 * evaluates and stores responses. The caller passes the next element of the chain to {@link #execute}. Safe for any
 * number of threads.
 */
final class HttpClientCache extends CachingHttpClientBuilder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpClientCache.class);
    private static final HttpRoute ROUTE = new HttpRoute(CacheKey.HOST);

    /** Threads that revalidate stale responses in the background ({@code stale-while-revalidate}). */
    private static final int REVALIDATION_THREADS = 4;

    /**
     * Stands for the connection that the chain's scope requires. The cache never uses it; it only forks it for a
     * revalidation in the background.
     */
    private static final ExecRuntime NO_CONNECTION = (ExecRuntime) Proxy.newProxyInstance(
            HttpClientCache.class.getClassLoader(),
            new Class<?>[] {ExecRuntime.class},
            (runtime, method, arguments) -> {
                if (method.getName().equals("fork")) {
                    return runtime;
                }
                throw new UnsupportedOperationException(method.getName());
            });

    /** A status that none of the rules of HttpClient's cache knows. */
    private static final int UNKNOWN_STATUS = 299;

    private final List<Closeable> closeables = new ArrayList<>();
    private final ExecChainHandler cache;

    HttpClientCache(HttpCacheStorage storage, long maxBody) {
        setCacheConfig(CacheConfig.custom()
                .setSharedCache(true)
                .setHeuristicCachingEnabled(false)
                .setMaxObjectSize(maxBody)
                .setAsynchronousWorkers(REVALIDATION_THREADS)
                .build());
        setHttpCacheStorage(storage);
        NamedElementChain<ExecChainHandler> chain = new NamedElementChain<>();
        chain.addLast((request, scope, next) -> next.proceed(request, scope), ChainElement.PROTOCOL.name());
        customizeExecChain(chain);
        cache = chain.find(ChainElement.CACHING.name()).getValue();
    }

    @Override
    protected void addCloseable(Closeable closeable) {
        closeables.add(closeable);
    }

    static ExecChain.Scope scope(ClassicHttpRequest request) {
        return new ExecChain.Scope("cache", ROUTE, request, NO_CONNECTION, HttpCacheContext.create());
    }

    /** Tells HttpClient's cache that there is nothing to store. */
    static ClassicHttpResponse nothingToStore() {
        return unstorable(UNKNOWN_STATUS);
    }

    /** The app's error without its fields, which HttpClient's cache does not store. */
    static ClassicHttpResponse unstorable(int status) {
        BasicClassicHttpResponse unstorable = new BasicClassicHttpResponse(status);
        unstorable.addHeader("Cache-Control", "no-store");
        return unstorable;
    }

    /**
     * Serves a request from the cache, or from the app through the cache.
     *
     * @param app the next element of the chain; called when the cache has no response that it may use
     */
    ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain app)
            throws IOException, HttpException {
        return cache.execute(request, scope, app);
    }

    @Override
    public void close() {
        for (Closeable closeable : closeables) {
            try {
                closeable.close();
            } catch (IOException e) {
                LOG.debug("The cache could not be closed", e);
            }
        }
    }
}
