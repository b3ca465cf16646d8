package dev.vtsbasic.page;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.traffic.RequestRecord;
import dev.vtsbasic.traffic.ShedReason;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps requests from the app and sends the maintenance page while the operator's maintenance file exists. The text of
 * the file, if any, is the message on the page. The file is checked at most once a second. Safe for any number of
 * threads.
 */
public final class MaintenanceFilter extends HttpFilter {
    static final long CHECK_INTERVAL_NANOS = 1_000_000_000;
    /** Maximum number of bytes of the file that are shown. */
    static final int MAX_BYTES = 2000;

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(MaintenanceFilter.class);

    private final transient Path file;
    private final transient Pages pages;
    private final transient LongSupplier nanos;
    private transient volatile Check last;

    /**
     * The result of one check of the file.
     *
     * @param at time of the check, in nanoseconds
     * @param page the page to send; null while the file does not exist
     */
    private record Check(long at, Page page) {}

    public MaintenanceFilter(Path file, Pages pages) {
        this(file, pages, System::nanoTime);
    }

    MaintenanceFilter(Path file, Pages pages, LongSupplier nanos) {
        this.file = file;
        this.pages = pages;
        this.nanos = nanos;
        this.last = new Check(nanos.getAsLong(), readFile());
        if (last.page != null) {
            logBegin();
        }
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Page page = page();
        if (page == null) {
            chain.doFilter(request, response);
        } else {
            RequestRecord.of(request).markShed(ShedReason.MAINTENANCE, request);
            pages.send(page, PageRequest.of(request), response);
        }
    }

    private Page page() {
        Check check = last;
        long now = nanos.getAsLong();
        return now - check.at < CHECK_INTERVAL_NANOS ? check.page : checkAgain(now);
    }

    private synchronized Page checkAgain(long now) {
        if (now - last.at >= CHECK_INTERVAL_NANOS) {
            Page page = readFile();
            if ((page == null) != (last.page == null)) {
                if (page == null) {
                    Event.MAINTENANCE_ENDED.log(LOG, "{file} is gone: maintenance ends", file);
                } else {
                    logBegin();
                }
            }
            last = new Check(now, page);
        }
        return last.page;
    }

    private void logBegin() {
        Event.MAINTENANCE_BEGUN.log(LOG, "{file} exists: maintenance begins", file);
    }

    private Page readFile() {
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8)
                    .replaceAll("\\p{Cntrl}|\uFFFD", " ")
                    .strip();
            return text.isEmpty() ? Page.MAINTENANCE : Page.MAINTENANCE.withSentence(text);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            // The file may exist but be unreadable: a directory, or a file that this process may not read.
            return Files.exists(file) ? Page.MAINTENANCE : null;
        }
    }
}
