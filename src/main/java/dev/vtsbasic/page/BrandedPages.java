package dev.vtsbasic.page;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.text.Markup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The app's own error pages among its static files: {@code errors/starting.html}, {@code errors/503.html} and the like,
 * and {@code errors/error.html} for every page without its own file. They are read in advance, because error pages are
 * sent when little else works. Immutable.
 */
final class BrandedPages {
    /** Maximum length of a page, in bytes. */
    static final int MAX_BYTES = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(BrandedPages.class);
    private static final String DIRECTORY = "errors";
    private static final String ANY = "error";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(status|title|message|request-id)}}");

    private final Map<String, String> files;

    private BrandedPages(Map<String, String> files) {
        this.files = files;
    }

    static BrandedPages none() {
        return new BrandedPages(Map.of());
    }

    /**
     * Reads the pages. A file that is too long or cannot be read is logged and left out.
     *
     * @param client the directory of the app's static files
     */
    static BrandedPages read(Path client) {
        Map<String, String> files = new HashMap<>();
        Path directory = client.resolve(DIRECTORY);
        if (Files.isDirectory(directory)) {
            read(directory, ANY, files);
            for (Page page : Page.ALL) {
                namesOf(page).forEach(name -> read(directory, name, files));
            }
        }
        return new BrandedPages(Map.copyOf(files));
    }

    private static List<String> namesOf(Page page) {
        return List.of(page.name(), Integer.toString(page.status()), ANY);
    }

    private static void read(Path directory, String name, Map<String, String> files) {
        Path file = directory.resolve(name + ".html");
        if (files.containsKey(name) || !Files.isRegularFile(file)) {
            return;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            if (content.length > MAX_BYTES) {
                Event.PAGE_UNUSED.log(
                        LOG,
                        "{file} is not used, because a page may have {limit_kib} KiB at most",
                        file,
                        MAX_BYTES / 1024);
            } else {
                files.put(name, new String(content, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            Event.PAGE_UNUSED.log(LOG, "{file} is not used, because it cannot be read: {problem}", file, e.toString());
        }
    }

    /**
     * The app's own HTML for a page, with its placeholders filled in; empty if the app has none.
     *
     * @param id identifier of the request, for a placeholder
     */
    Optional<String> of(Page page, String id) {
        return namesOf(page).stream()
                .filter(files::containsKey)
                .findFirst()
                .map(name -> PLACEHOLDER
                        .matcher(files.get(name))
                        .replaceAll(
                                placeholder -> Matcher.quoteReplacement(Markup.escape(value(placeholder, page, id)))));
    }

    private static String value(MatchResult placeholder, Page page, String id) {
        return switch (placeholder.group(1)) {
            case "status" -> Integer.toString(page.status());
            case "title" -> page.title();
            case "message" -> page.sentence();
            default -> id;
        };
    }
}
