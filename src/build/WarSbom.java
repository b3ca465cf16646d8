import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes the bill of materials of the WAR (CycloneDX). It lists the Java libraries that are in the WAR, Bun, and the
 * npm packages that the web app's build contains according to its own lists.
 *
 * <p>Maven runs it as {@code java -classpath LIBRARIES src/build/WarSbom.java PROJECT LIB_PROVIDED BUN}, with the
 * libraries of {@code WEB-INF/lib} as the class path.
 */
class WarSbom {
    private static final String REGISTRY = "https://registry.npmjs.org/";

    private final Path project;
    private final Path target;
    private final JsonArrayBuilder components = Json.createArrayBuilder();
    private final Set<String> references = new HashSet<>();

    private WarSbom(Path project) {
        this.project = project;
        this.target = project.resolve("target");
    }

    public static void main(String[] args) throws Exception {
        new WarSbom(Path.of(args[0])).write(Path.of(args[1]), Path.of(args[2]));
    }

    private void write(Path libProvided, Path bun) throws Exception {
        Path libraries = target.resolve("sbom/libraries.json");
        if (!Files.exists(libraries)) {
            throw new IllegalStateException(libraries
                    + " is missing. Maven lists the libraries only when it may go online: build once without -o");
        }
        JsonObject known = read(libraries);
        Set<String> jars = jars(libProvided);
        for (JsonValue value : known.getJsonArray("components")) {
            JsonObject library = value.asJsonObject();
            if (jars.remove(library.getString("name") + "-" + library.getString("version") + ".jar")) {
                add(library);
            }
        }
        if (!jars.isEmpty()) {
            throw new IllegalStateException("Maven's bill of materials lacks " + jars);
        }
        add(bun(bun));
        packages().forEach((name, integrity) -> add(npmPackage(name, integrity)));
        JsonObject metadata = known.getJsonObject("metadata");
        JsonObject application = metadata.getJsonObject("component");
        references.add(application.getString("bom-ref"));
        JsonObject whole = Json.createObjectBuilder(known)
                // The serial number identifies Maven's list, which contains only the libraries.
                .remove("serialNumber")
                .add(
                        "metadata",
                        Json.createObjectBuilder(metadata)
                                .add(
                                        "component",
                                        Json.createObjectBuilder(application).add("type", "application")))
                .add("components", components)
                .add("dependencies", dependencies(known.getJsonArray("dependencies")))
                .build();
        Path file = target.resolve("sbom/META-INF/sbom/vts-basic.cdx.json");
        Files.createDirectories(file.getParent());
        try (OutputStream out = Files.newOutputStream(file);
                JsonWriter writer = Json.createWriterFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true))
                        .createWriter(out)) {
            writer.write(whole);
        }
    }

    private static Set<String> jars(Path libProvided) throws Exception {
        Set<String> jars = new TreeSet<>();
        try (Stream<Path> files = Files.list(libProvided)) {
            files.forEach(file -> jars.add(file.getFileName().toString()));
        }
        for (String entry : System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator))) {
            if (entry.endsWith(".jar")) {
                jars.add(Path.of(entry).getFileName().toString());
            }
        }
        return jars;
    }

    private void add(JsonObject component) {
        components.add(component);
        references.add(component.getString("bom-ref"));
    }

    /** Keeps the dependencies between libraries in the WAR; Bun and the npm packages need no Java library. */
    private JsonArrayBuilder dependencies(JsonArray known) {
        JsonArrayBuilder kept = Json.createArrayBuilder();
        for (JsonValue value : known) {
            JsonObject dependency = value.asJsonObject();
            if (references.contains(dependency.getString("ref"))) {
                JsonArrayBuilder on = Json.createArrayBuilder();
                if (dependency.containsKey("dependsOn")) {
                    dependency.getJsonArray("dependsOn").getValuesAs(JsonString.class).stream()
                            .filter(name -> references.contains(name.getString()))
                            .forEach(on::add);
                }
                kept.add(Json.createObjectBuilder(dependency).add("dependsOn", on));
            }
        }
        return kept;
    }

    /** The binary, and its npm package if {@code bun.properties} is beside it. */
    private JsonObject bun(Path binary) throws Exception {
        Matcher pin = Pattern.compile("\"packageManager\"\\s*:\\s*\"bun@([0-9.]+)\"")
                .matcher(Files.readString(project.resolve("webapp/package.json")));
        if (!pin.find()) {
            throw new IllegalStateException("webapp/package.json names no Bun version");
        }
        String version = pin.group(1);
        JsonObjectBuilder component = component("bun", version)
                .add("type", "application")
                .add("hashes", Json.createArrayBuilder().add(hash("SHA-256", sha256(binary))));
        Path facts = binary.resolveSibling("bun.properties");
        if (Files.exists(facts)) {
            Properties properties = new Properties();
            try (InputStream in = Files.newInputStream(facts)) {
                properties.load(in);
            }
            String name = properties.getProperty("package");
            component.add("externalReferences", distribution(name, version, properties.getProperty("integrity")));
        }
        return component.build();
    }

    /** The digests of the npm packages by {@code name@version}. Bun checked them with the lock file at the install. */
    private Map<String, String> packages() throws Exception {
        String locked = Files.readString(project.resolve("webapp/bun.lock"));
        Map<String, String> integrities = new TreeMap<>();
        for (String build : List.of("client", "ssr")) {
            try (InputStream in = Files.newInputStream(project.resolve("webapp/dist/packages-" + build + ".json"));
                    JsonReader reader = Json.createReader(in)) {
                for (JsonString name : reader.readArray().getValuesAs(JsonString.class)) {
                    Matcher entry = Pattern.compile(
                                    "\\[\"" + Pattern.quote(name.getString()) + "\", .*\"(sha512-[^\"]+)\"\\],?\\n")
                            .matcher(locked);
                    if (!entry.find()) {
                        throw new IllegalStateException("webapp/bun.lock has no digest of " + name);
                    }
                    integrities.put(name.getString(), entry.group(1));
                }
            }
        }
        return integrities;
    }

    private static JsonObject npmPackage(String nameAndVersion, String integrity) {
        int at = nameAndVersion.lastIndexOf('@');
        String name = nameAndVersion.substring(0, at);
        String version = nameAndVersion.substring(at + 1);
        return component(name, version)
                .add("type", "library")
                .add("externalReferences", distribution(name, version, integrity))
                .build();
    }

    private static JsonObjectBuilder component(String name, String version) {
        String url = "pkg:npm/" + name.replace("@", "%40") + "@" + version;
        return Json.createObjectBuilder()
                .add("bom-ref", url)
                .add("name", name)
                .add("version", version)
                .add("scope", "required")
                .add("purl", url);
    }

    private static JsonArrayBuilder distribution(String name, String version, String integrity) {
        String file = name.substring(name.indexOf('/') + 1) + "-" + version + ".tgz";
        String digest = HexFormat.of().formatHex(Base64.getDecoder().decode(integrity.replace("sha512-", "")));
        return Json.createArrayBuilder()
                .add(Json.createObjectBuilder()
                        .add("type", "distribution")
                        .add("url", REGISTRY + name + "/-/" + file)
                        .add("hashes", Json.createArrayBuilder().add(hash("SHA-512", digest))));
    }

    private static JsonObjectBuilder hash(String algorithm, String content) {
        return Json.createObjectBuilder().add("alg", algorithm).add("content", content);
    }

    private static String sha256(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static JsonObject read(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file);
                JsonReader reader = Json.createReader(in)) {
            return reader.readObject();
        }
    }
}
