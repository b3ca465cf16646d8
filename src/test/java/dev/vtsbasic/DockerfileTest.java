package dev.vtsbasic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The versions in the Dockerfile are the project's. */
class DockerfileTest {
    @Test
    void theImageHasTheBunVersionOfTheBuild() throws IOException {
        assertEquals(
                find("webapp/package.json", "\"packageManager\": \"bun@([^\"]+)\""),
                find("Dockerfile", "(?m)^ARG BUN=oven/bun:(\\S+)-slim$"));
    }

    @Test
    void theImageHasTheTomcatVersionOfTheTests() throws IOException {
        assertEquals(
                find("pom.xml", "<tomcat11.dist.version>([^<]+)<"),
                find("Dockerfile", "(?m)^ARG TOMCAT=tomcat:(\\S+)-jdk25-temurin$"));
    }

    @Test
    void bothImagesSayTheVersionOfTheProject() throws IOException {
        String version = find("pom.xml", "<artifactId>vts-basic</artifactId>\\s+<version>([^<]+)<");
        Matcher labels = Pattern.compile("org.opencontainers.image.version=\"([^\"]+)\"")
                .matcher(Files.readString(Path.of("Dockerfile")));
        assertEquals(
                2,
                labels.results().filter(label -> label.group(1).equals(version)).count());
    }

    private static String find(String file, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(Path.of(file)));
        if (!matcher.find()) {
            throw new AssertionError(file + " does not have " + pattern);
        }
        return matcher.group(1);
    }
}
