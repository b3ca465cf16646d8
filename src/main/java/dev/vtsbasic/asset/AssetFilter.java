package dev.vtsbasic.asset;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Answers requests for static files from the {@link AssetIndex} and lets all others pass.
 *
 * <p>A name under a hashed directory that no file has is a plain 404: the app would render a page that no browser can
 * use as a script. Safe for any number of threads.
 */
public final class AssetFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    /** How many builds' assets are kept, the current one's among them. */
    private static final int BUILDS = 4;

    /** The current build's, then those of others, whose hashed assets are served too. */
    private transient volatile List<AssetIndex> builds;

    public AssetFilter(AssetIndex current) {
        this.builds = List.of(current);
    }

    /** Serves a build's hashed assets too: pages that name them may come soon. */
    public synchronized void add(AssetIndex build) {
        List<AssetIndex> longer = new ArrayList<>(builds);
        longer.add(1, build);
        builds = List.copyOf(longer);
    }

    /** Serves no asset of a build that was {@link #add added} any more. */
    public synchronized void remove(AssetIndex build) {
        builds = builds.stream().filter(known -> known != build).toList();
    }

    /** Serves all of a build's files, and of the ones before it the hashed assets: pages that name them may be open. */
    public synchronized void makeCurrent(AssetIndex build) {
        remove(build);
        builds = Stream.concat(Stream.of(build), builds.stream()).limit(BUILDS).toList();
    }

    private Asset find(String path) {
        List<AssetIndex> known = builds;
        Asset asset = known.get(0).find(path);
        if (asset != null || !AssetIndex.isHashed(path)) {
            return asset;
        }
        return known.stream()
                .map(build -> build.find(path))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        Asset asset = find(path);
        if (asset != null) {
            serve(asset, request, response);
        } else if (AssetIndex.isHashed(path)) {
            notFound(response);
        } else {
            chain.doFilter(request, response);
        }
    }

    private static void serve(Asset asset, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String method = request.getMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            response.setHeader("Allow", "GET, HEAD");
            response.setStatus(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            response.setContentLength(0);
            return;
        }
        response.setHeader("ETag", asset.entityTag());
        response.setHeader("Cache-Control", asset.cacheControl());
        if (matches(asset.entityTag(), request.getHeaders("If-None-Match"))) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setHeader("Content-Type", asset.mediaType());
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentLengthLong(asset.length());
        if (method.equals("HEAD")) {
            return;
        }
        if (asset.body() != null) {
            response.getOutputStream().write(asset.body());
        } else {
            Files.copy(asset.file(), response.getOutputStream());
        }
    }

    /** RFC 9110 §13.1.2: any listed tag matches, compared weakly; {@code *} matches whatever exists. */
    private static boolean matches(String entityTag, Enumeration<String> ifNoneMatch) {
        while (ifNoneMatch.hasMoreElements()) {
            for (String candidate : ifNoneMatch.nextElement().split(",")) {
                String tag = candidate.strip();
                if (tag.equals("*") || tag.equals(entityTag) || tag.equals("W/" + entityTag)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void notFound(HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Content-Type", "text/plain; charset=utf-8");
        response.getOutputStream().print("404 Not Found\n");
    }
}
