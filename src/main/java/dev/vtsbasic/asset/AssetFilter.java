package dev.vtsbasic.asset;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.settings.AssetSettings;
import dev.vtsbasic.traffic.AssetOutcome;
import dev.vtsbasic.traffic.FieldLines;
import dev.vtsbasic.traffic.InFlightRequests;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves static files from the {@link AssetIndex} and passes all other requests on.
 *
 * <p>An unknown name in a directory of hashed files gets a plain 404, because the app would render a page, which a
 * browser cannot use as a script. Only a navigation is passed on to the app. Safe for any number of threads.
 */
public final class AssetFilter extends HttpFilter implements AutoCloseable {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(AssetFilter.class);

    /** The number of builds whose assets are served without the archive, including the current build. */
    private static final int MAX_BUILDS = 4;

    private final transient CacheControlRules rules;
    private final transient AssetMemory memory;
    private final transient BackgroundCompressor background;
    private final transient SecurityHeaders headers;
    private final transient Optional<AssetArchive> archive;
    private final transient InFlightRequests inFlight;

    /** The current build first, then other builds, of which only the hashed assets are served. */
    private transient volatile List<AssetIndex> builds = List.of();

    /**
     * @param compressor compresses the files that the build did not compress
     * @param headers added to each response except 304; most of them only to HTML documents
     * @param inFlight counts a request until the filter returns; after that, a container may still be sending the file
     */
    public AssetFilter(
            AssetSettings settings, Compressor compressor, SecurityHeaders headers, InFlightRequests inFlight) {
        this.rules = new CacheControlRules(settings.rules());
        this.memory = new AssetMemory(settings.memory());
        this.headers = headers;
        this.inFlight = inFlight;
        this.background = new BackgroundCompressor(compressor, this.memory);
        this.archive = settings.archive().map(kept -> new AssetArchive(kept, this.rules));
    }

    /**
     * Starts to serve the hashed assets of a build, because pages that name them may come soon, and stores them in the
     * archive. {@link #makeCurrent} then serves its other files too.
     *
     * @param client the directory of the static files
     * @param rewritten paths, relative to {@code client}, of files that have changed since the build's index file was
     *     written
     * @throws IOException if a file cannot be read
     */
    public synchronized AssetIndex add(Path client, Set<String> rewritten) throws IOException {
        AssetIndex build = AssetIndex.of(client, rewritten, rules, memory);
        store(build);
        List<AssetIndex> longer = new ArrayList<>(builds);
        longer.add(Math.min(1, longer.size()), build);
        builds = List.copyOf(longer);
        return build;
    }

    private void store(AssetIndex build) {
        if (archive.isPresent()) {
            try {
                archive.get().store(build);
            } catch (IOException | RuntimeException e) {
                Event.ARCHIVE_NOT_WRITTEN.log(
                        LOG,
                        "The assets of this build are not kept in the archive (VTS_ASSET_ARCHIVE): {problem}",
                        e.toString());
            }
        }
    }

    /** Stops serving a build that was {@link #add added}. */
    public synchronized void remove(AssetIndex build) {
        builds = builds.stream().filter(other -> other != build).toList();
        build.release(memory);
        // Adding the removed build had made it the newest in the archive, so store the current one again.
        store(builds.get(0));
    }

    /**
     * Queues files of a build, by their paths in the client directory, for compression before a client requests them.
     */
    public void compress(AssetIndex build, Set<String> files) {
        for (String file : files) {
            Asset asset = build.find(RequestPath.of(file));
            if (asset != null && asset.claimCompression()) {
                background.enqueue(asset);
            }
        }
    }

    /** The client directories of all builds from which files are served. */
    public Set<Path> clients() {
        return builds.stream().map(AssetIndex::client).collect(Collectors.toSet());
    }

    /**
     * Serves all files of a build. Of the builds before it, only the hashed assets are served, because pages that name
     * them may still be open.
     */
    public synchronized void makeCurrent(AssetIndex build) {
        List<AssetIndex> newestFirst = new ArrayList<>(builds);
        newestFirst.remove(build);
        newestFirst.add(0, build);
        while (newestFirst.size() > MAX_BUILDS) {
            newestFirst.remove(newestFirst.size() - 1).release(memory);
        }
        builds = List.copyOf(newestFirst);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String path = RequestPath.canonical(
                request.getRequestURI().substring(request.getContextPath().length()));
        List<AssetIndex> all = builds;
        Asset asset = all.get(0).find(path);
        if (asset != null) {
            serve(all.get(0), asset, request, response);
        } else if (rules.isHashed(path)) {
            serveOfOtherBuild(all, path, request, response, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void serveOfOtherBuild(
            List<AssetIndex> all,
            String path,
            HttpServletRequest request,
            HttpServletResponse response,
            FilterChain chain)
            throws IOException, ServletException {
        for (AssetIndex build : all) {
            Asset asset = build.find(path);
            if (asset != null) {
                serve(build, asset, request, response);
                return;
            }
        }
        AssetArchive.Found found = archive.isPresent() ? archive.get().find(path) : null;
        if (found != null) {
            serve(found.build(), found.asset(), request, response);
        } else if (isNavigation(path, request)) {
            chain.doFilter(request, response);
        } else {
            AssetResponse.sendText(AssetOutcome.UNKNOWN, "404 Not Found", headers, request, response);
        }
    }

    /**
     * Whether a browser requests a page and not a part of one. Without Sec-Fetch-Dest, this is a request that accepts
     * HTML for a name without an extension.
     */
    private static boolean isNavigation(String path, HttpServletRequest request) {
        FieldLines destination = FieldLines.of(request, "Sec-Fetch-Dest");
        if (destination.arePresent()) {
            return destination.single().equals("document");
        }
        return FieldLines.of(request, "Accept").joined().contains("text/html")
                && path.indexOf('.', path.lastIndexOf('/')) < 0;
    }

    private void serve(AssetIndex build, Asset asset, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (asset.claimCompression()) {
            background.enqueue(asset);
        }
        InFlightRequests.Permit permit = inFlight.enter();
        try {
            AssetResponse.send(asset, build.modified(), headers, request, response);
        } finally {
            permit.leave();
        }
    }

    @Override
    public void close() {
        background.close();
    }
}
