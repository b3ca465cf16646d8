package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.server.Vts;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.spi.JsonProvider;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bill of materials in the WAR lists the contents of the WAR. */
class SbomIT {
    private static ZipFile war;
    private static JsonObject sbom;

    @BeforeAll
    static void open() throws Exception {
        war = new ZipFile(Vts.WAR.toFile());
        sbom = json("META-INF/sbom/vts-basic.cdx.json").readObject();
    }

    @AfterAll
    static void close() throws Exception {
        war.close();
    }

    @Test
    void theBillOfMaterialsListsExactlyTheJarsWithTheirDigests() throws Exception {
        Map<String, String> jars = new TreeMap<>();
        for (ZipEntry entry : war.stream().toList()) {
            if (entry.getName().endsWith(".jar") && !entry.getName().contains("/vts-basic-")) {
                jars.put(sha256(entry.getName()), entry.getName());
            }
        }
        assertTrue(jars.size() > 5);
        Map<String, String> known = new TreeMap<>();
        for (JsonObject component : components("pkg:maven/")) {
            String file = component.getString("name") + "-" + component.getString("version") + ".jar";
            String directory = file.startsWith("tomcat-") || file.startsWith("picocli-") ? "lib-provided/" : "lib/";
            known.put(digest(component, "SHA-256"), "WEB-INF/" + directory + file);
        }
        assertEquals(jars, known);
        JsonObject itself = sbom.getJsonObject("metadata").getJsonObject("component");
        assertTrue(
                war.getEntry("WEB-INF/lib/vts-basic-" + itself.getString("version") + ".jar") != null,
                itself.toString());
    }

    @Test
    void theBillOfMaterialsListsBunWithItsDigestAndThatOfItsPackage() throws Exception {
        JsonObject bun = components("pkg:npm/bun@").get(0);
        String facts = text("WEB-INF/bun/bun.properties");
        assertEquals(sha256("WEB-INF/bun/bun"), digest(bun, "SHA-256"));
        assertTrue(facts.contains("version=" + bun.getString("version") + "\n"), facts);
        JsonObject distribution = bun.getJsonArray("externalReferences").getJsonObject(0);
        assertTrue(distribution.getString("url").contains("@oven/bun-"), distribution.toString());
        assertEquals(128, digest(distribution, "SHA-512").length());
    }

    @Test
    void theBillOfMaterialsListsEachBundledPackageWithItsDigest() throws Exception {
        Set<String> contained = new TreeSet<>();
        for (String build : List.of("client", "ssr")) {
            for (JsonString name :
                    json("WEB-INF/app/packages-" + build + ".json").readArray().getValuesAs(JsonString.class)) {
                contained.add("pkg:npm/" + name.getString().replaceFirst("^@", "%40"));
            }
        }
        Set<String> known = new TreeSet<>();
        for (JsonObject component : components("pkg:npm/")) {
            known.add(component.getString("purl"));
            JsonObject distribution =
                    component.getJsonArray("externalReferences").getJsonObject(0);
            assertEquals(128, digest(distribution, "SHA-512").length(), component.toString());
        }
        known.removeIf(name -> name.startsWith("pkg:npm/bun@"));
        assertEquals(contained, known);
        assertFalse(components("pkg:npm/react-dom@").isEmpty());
    }

    private static List<JsonObject> components(String purl) {
        return sbom.getJsonArray("components").getValuesAs(JsonObject.class).stream()
                .filter(component -> component.getString("purl").startsWith(purl))
                .toList();
    }

    private static String digest(JsonObject hashed, String algorithm) {
        return hashed.getJsonArray("hashes").getValuesAs(JsonObject.class).stream()
                .filter(hash -> hash.getString("alg").equals(algorithm))
                .map(hash -> hash.getString("content"))
                .findFirst()
                .orElseThrow();
    }

    private static JsonReader json(String entry) throws Exception {
        return JsonProvider.provider().createReader(war.getInputStream(war.getEntry(entry)));
    }

    private static String text(String entry) throws Exception {
        try (InputStream in = war.getInputStream(war.getEntry(entry))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String sha256(String entry) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = war.getInputStream(war.getEntry(entry))) {
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
