package dev.vtsbasic.asset;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All static files of a build by the path a browser asks for, made once at the start and never changed.
 *
 * <p>A request is one look-up of its raw path; the file system is never asked for a name that came from a client, so no
 * path can lead out of the build.
 */
public final class AssetIndex {
    /** Where Vite puts files whose names change with their content; decided by directory, since no name tells it. */
    private static final String HASHED_DIRECTORY = "/assets/";

    private static final String IMMUTABLE = "public, max-age=31536000, immutable";
    private static final String REVALIDATED = "no-cache";
    private static final long IN_MEMORY = 1 << 20;

    private final Map<String, Asset> assets;

    private AssetIndex(Map<String, Asset> assets) {
        this.assets = assets;
    }

    /**
     * Reads every file below {@code client}; names with a dot in front are left out, except {@code .well-known}, and so
     * are links that lead out of it.
     */
    public static AssetIndex of(Path client) throws IOException {
        Path root = client.toRealPath();
        Map<String, Asset> assets = new HashMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.toList()) {
                if (Files.isRegularFile(file)
                        && file.toRealPath().startsWith(root)
                        && !isHidden(root.relativize(file))) {
                    String path = pathOf(root.relativize(file));
                    Asset asset = read(file, path);
                    assets.put(path, asset);
                    assets.put(asBrowsersSpell(path), asset);
                }
            }
        }
        return new AssetIndex(Map.copyOf(assets));
    }

    /** The asset of a raw request path that starts with a slash, or null. */
    Asset find(String path) {
        return assets.get(path);
    }

    /** Whether only the client build can have this path, so that the app need not be asked for it. */
    static boolean isHashed(String path) {
        return path.startsWith(HASHED_DIRECTORY);
    }

    /** How many files there are. */
    public int size() {
        return assets.size();
    }

    private static Asset read(Path file, String path) throws IOException {
        long length = Files.size(file);
        byte[] body = length <= IN_MEMORY ? Files.readAllBytes(file) : null;
        MessageDigest digest = sha256();
        if (body != null) {
            digest.update(body);
        } else {
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        }
        String tag = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(digest.digest())
                .substring(0, 22);
        return new Asset(
                MediaTypes.of(path), '"' + tag + '"', isHashed(path) ? IMMUTABLE : REVALIDATED, length, body, file);
    }

    private static boolean isHidden(Path file) {
        for (Path name : file) {
            if (name.toString().startsWith(".") && !name.toString().equals(".well-known")) {
                return true;
            }
        }
        return false;
    }

    /** The path as browsers send it: UTF-8, percent-encoded but for the characters of RFC 3986 §3.3 pchar. */
    private static String pathOf(Path file) {
        StringBuilder path = new StringBuilder();
        for (Path name : file) {
            path.append('/');
            for (byte octet : name.toString().getBytes(StandardCharsets.UTF_8)) {
                char c = (char) (octet & 0xff);
                if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~!$&'()*+,;=:@".indexOf(c) >= 0)) {
                    path.append(c);
                } else {
                    path.append('%').append("%02X".formatted((int) c));
                }
            }
        }
        return path.toString();
    }

    /** Browsers leave these as they are (WHATWG URL, path percent-encode set), although RFC 3986 does not. */
    private static String asBrowsersSpell(String path) {
        return path.replace("%5B", "[").replace("%5D", "]").replace("%7C", "|");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
