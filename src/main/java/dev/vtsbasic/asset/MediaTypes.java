package dev.vtsbasic.asset;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Maps file name extensions to media types, and says which types are worth compressing. The list is npm's mime-db,
 * which combines those of the IANA registry, Apache and nginx.
 */
final class MediaTypes {
    private static final Map<String, MediaType> BY_EXTENSION = read("media-types.txt");
    private static final MediaType UNKNOWN = new MediaType("application/octet-stream", false);

    /**
     * @param contentType value of Content-Type
     * @param compressible whether a content coding usually makes such files smaller
     */
    record MediaType(String contentType, boolean compressible) {}

    private MediaTypes() {}

    static MediaType of(String path) {
        if (path.equals(".well-known/apple-app-site-association")) {
            return BY_EXTENSION.get("json"); // Apple's JSON file (RFC 8615) has no extension.
        }
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot < 0
                ? UNKNOWN
                : BY_EXTENSION.getOrDefault(name.substring(dot + 1).toLowerCase(Locale.ROOT), UNKNOWN);
    }

    private static Map<String, MediaType> read(String resource) {
        Map<String, MediaType> types = new HashMap<>();
        try (InputStream in = MediaTypes.class.getResourceAsStream(resource);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    String[] words = line.split(" ");
                    types.put(words[0], new MediaType(withCharset(words[1]), isCompressible(words[1], words[2])));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.copyOf(types);
    }

    /** Adds the charset to text types, because browsers guess without it. Vite copies and emits UTF-8. */
    private static String withCharset(String type) {
        return type.startsWith("text/") ? type + "; charset=utf-8" : type;
    }

    private static boolean isCompressible(String type, String listed) {
        return listed.equals("yes") || type.startsWith("text/");
    }
}
