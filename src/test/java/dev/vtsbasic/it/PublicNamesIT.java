package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vtsbasic.Main;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.manage.jmx.HostMXBean;
import dev.vtsbasic.testing.metrics.Scrape;
import dev.vtsbasic.testing.server.Vts;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * The names that users' scripts, dashboards and service files rely on. {@code public-names.txt} lists them. A name that
 * is missing on either side is a change that users must be told of.
 */
class PublicNamesIT {
    private static final Path LIST = Path.of("src/test/resources/dev/vtsbasic/it/public-names.txt");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Pattern LABEL = Pattern.compile("[{,](\\w+)=");

    /** JSON members whose contents vary with time: quantiles of the last minute, and lists that may be empty. */
    private static final Set<String> VARYING =
            Set.of("time_to_first_byte", "duration", "blocked", "restarts", "output", "checks");

    private final Set<String> names = new TreeSet<>();

    @Test
    void publicNamesAreThoseOfTheList() throws Exception {
        Stream.of(Event.values()).forEach(event -> names.add("event " + event.id()));
        addCommand("", new CommandLine(newMain()).getCommandSpec());
        addAttributes("jmx", HostMXBean.class);
        try (Vts vts = Vts.serve(Map.of("VTS_CACHE", "16m"))) {
            for (String sample : Scrape.of(vts.uri()).samples().keySet()) {
                addMetric(sample);
            }
            for (String page : List.of("/-/status", "/-/live", "/-/ready")) {
                addMembers("json " + page, json(vts.uri().resolve(page)));
            }
            json(vts.uri().resolve("/-/status"))
                    .get("settings")
                    .forEach(setting ->
                            names.add("setting " + setting.get("name").asText()));
        }
        String seen = String.join("\n", names) + "\n";
        Files.writeString(Path.of("target/public-names.txt"), seen);
        assertEquals(Files.readString(LIST), seen, "see target/public-names.txt");
    }

    private static Main newMain() throws ReflectiveOperationException {
        var constructor = Main.class.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private void addCommand(String parent, CommandLine.Model.CommandSpec command) {
        String path = parent + command.name();
        names.add("command " + path);
        command.options().forEach(option -> names.add("command " + path + " " + String.join(" ", option.names())));
        command.subcommands().values().forEach(sub -> addCommand(path + " ", sub.getCommandSpec()));
    }

    private void addAttributes(String path, Class<?> bean) {
        for (Method method : bean.getMethods()) {
            if (method.getDeclaringClass() != Object.class) {
                String name = path + " " + method.getName();
                names.add(name);
                addTypes(name, method.getGenericReturnType());
            }
        }
    }

    private void addTypes(String path, Type type) {
        if (type instanceof ParameterizedType generic) {
            Stream.of(generic.getActualTypeArguments()).forEach(argument -> addTypes(path, argument));
        } else if (type instanceof Class<?> plain && plain.isArray()) {
            addTypes(path, plain.getComponentType());
        } else if (type instanceof Class<?> plain && plain.isEnum()) {
            Stream.of(plain.getEnumConstants()).forEach(constant -> names.add(path + " " + constant));
        } else if (type instanceof Class<?> plain && plain.getName().startsWith("dev.vtsbasic.")) {
            addAttributes(path, plain);
        }
    }

    /** Adds the metric's name and the names of its labels. */
    private void addMetric(String sample) {
        StringBuilder name = new StringBuilder(sample.replaceFirst("\\{.*", ""));
        if (!name.toString().startsWith("vts_")) {
            return;
        }
        Matcher label = LABEL.matcher(sample);
        while (label.find()) {
            name.append(' ').append(label.group(1));
        }
        names.add("metric " + name);
    }

    private void addMembers(String path, JsonNode node) {
        if (node.isArray()) {
            node.elements().forEachRemaining(element -> addMembers(path + "[]", element));
        } else if (node.isObject()) {
            node.properties().forEach(member -> {
                String name = path + " " + member.getKey();
                names.add(name);
                if (!VARYING.contains(member.getKey())) {
                    addMembers(name, member.getValue());
                }
            });
        }
    }

    private static JsonNode json(URI page) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(page)
                .header("Accept", "application/json")
                .build();
        return JSON.readTree(
                CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}
