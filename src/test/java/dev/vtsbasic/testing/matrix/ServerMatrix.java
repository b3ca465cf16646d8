package dev.vtsbasic.testing.matrix;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.AssertionFailedError;

/**
 * Records which features work on which server, for {@link ServerTable}. A feature that a server's own code prevents
 * must fail; when it works, the test fails instead.
 */
public final class ServerMatrix implements InvocationInterceptor, AfterAllCallback {
    public static final String YES = "yes";
    public static final String NO = "no";
    private static final String LET_THROUGH =
            "Except those that the server's own parser accepts: [docs/security.md](docs/security.md)";

    private final Map<ServerFeature, String> outcomes = new EnumMap<>(ServerFeature.class);

    @Override
    public void interceptTestMethod(
            Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        ServerFeature feature =
                method.getExecutable().getAnnotation(ServerFeature.Shows.class).value();
        String limit = column(context).limits().get(feature);
        outcomes.put(feature, NO);
        try {
            test.proceed();
        } catch (Throwable failure) {
            if (limit == null) {
                throw failure;
            }
            outcomes.put(feature, limit);
            return;
        }
        outcomes.put(feature, YES);
        if (limit != null) {
            throw new AssertionFailedError("This works by now, so limits() need not say: " + limit);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        ServerColumn column = column(context);
        if (column.server() == null) {
            return;
        }
        JsonObjectBuilder features = Json.createObjectBuilder();
        outcomes.forEach((feature, outcome) -> features.add(feature.name(), outcome));
        JsonObjectBuilder settings = Json.createObjectBuilder();
        column.settings().forEach((feature, setting) -> settings.add(feature.name(), "With " + setting));
        if (!column.mended().isEmpty()) {
            settings.add(ServerFeature.MALFORMED.name(), LET_THROUGH);
        }
        String title = column.server().title();
        int java = Runtime.version().feature();
        Path file = ServerTable.RESULTS.resolve(title.replace(' ', '-') + "-java" + java + ".json");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                Json.createObjectBuilder()
                        .add("server", title)
                        .add("java", java)
                        .add("war", column.warDigest())
                        .add("features", features)
                        .add("settings", settings)
                        .build()
                        .toString());
    }

    private static ServerColumn column(ExtensionContext context) {
        return (ServerColumn) context.getRequiredTestInstance();
    }
}
