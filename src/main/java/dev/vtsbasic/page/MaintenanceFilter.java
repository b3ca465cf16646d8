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
 * Keeps requests from the app while a file is there, whose text, if any, is what people are told. The file is looked at
 * once a second at most. Safe for any number of threads.
 */
public final class MaintenanceFilter extends HttpFilter {
    static final long LOOK_EVERY_NANOS = 1_000_000_000;
    static final int LONGEST = 2000;

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(MaintenanceFilter.class);

    private final transient Path file;
    private final transient Pages pages;
    private final transient LongSupplier nanos;
    private transient volatile Look last;

    /** @param page what to answer; null while the file is not there */
    private record Look(long at, Page page) {}

    public MaintenanceFilter(Path file, Pages pages) {
        this(file, pages, System::nanoTime);
    }

    MaintenanceFilter(Path file, Pages pages, LongSupplier nanos) {
        this.file = file;
        this.pages = pages;
        this.nanos = nanos;
        this.last = new Look(nanos.getAsLong(), look());
        if (last.page != null) {
            begins();
        }
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Page page = page();
        if (page == null) {
            chain.doFilter(request, response);
        } else {
            RequestRecord.of(request).shed(ShedReason.MAINTENANCE, request);
            pages.send(page, PageRequest.of(request), response);
        }
    }

    private Page page() {
        Look look = last;
        long now = nanos.getAsLong();
        return now - look.at < LOOK_EVERY_NANOS ? look.page : lookAgain(now);
    }

    private synchronized Page lookAgain(long now) {
        if (now - last.at >= LOOK_EVERY_NANOS) {
            Page page = look();
            if ((page == null) != (last.page == null)) {
                if (page == null) {
                    Event.MAINTENANCE_ENDED.log(LOG, "{file} is gone: maintenance ends", file);
                } else {
                    begins();
                }
            }
            last = new Look(now, page);
        }
        return last.page;
    }

    private void begins() {
        Event.MAINTENANCE_BEGUN.log(LOG, "{file} is there: maintenance begins", file);
    }

    private Page look() {
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8)
                    .replaceAll("\\p{Cntrl}|\uFFFD", " ")
                    .strip();
            return text.isEmpty() ? Page.MAINTENANCE : Page.MAINTENANCE.saying(text);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            // It is there, as a directory for instance, or one that only others may read.
            return Files.exists(file) ? Page.MAINTENANCE : null;
        }
    }
}
