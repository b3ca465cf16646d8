package dev.vtsbasic.build.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.build.validation.BuildReader.Piece;
import dev.vtsbasic.build.validation.PathLeakDetector.Leak;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathLeakDetectorTest {
    @TempDir
    private Path project;

    @ParameterizedTest
    @CsvSource(quoteCharacter = '§', delimiter = '|', textBlock = """
            filePath: "/builds/app/src/routes/about.tsx",      | /builds/app/src/routes/about.tsx
            a="/home/runner/site/a/a/src/b.ts"                 | /home/runner/site/a/a/src/b.ts
            throw Error("at /Users/me/app/src/b.vue:1")        | /Users/me/app/src/b.vue
            a="C:\\\\Users\\\\me\\\\app\\\\src\\\\b.tsx"       | C:\\\\Users\\\\me\\\\app\\\\src\\\\b.tsx
            a='C:/Users/me/app/b.js'                           | C:/Users/me/app/b.js
            u="file:///srv/app/dist/b.mjs"                     | file:///srv/app/dist/b.mjs
            p='/code/app/node_modules/react/index.js'          | /code/app/node_modules/react/index.js
            var __dirname = "/code/app";                       | /code/app
            """)
    void pathsOfAMachineAreFound(String code, String path) throws Exception {
        assertEquals(new Leak(path, 1), leaks(code));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "to:\"/home/dashboard/settings\"",
                "fetch(\"/Users/me/photos/1.json\")",
                "\"https://a.example/home/me/a/b.js\"",
                "`${base}/home/me/a/b.js`",
                "\"/node_modules/a/b.js\"",
                "`${root}/x/node_modules/a/b.js`",
                "path.includes(\"/node_modules/\")",
                "\"https://unpkg.example/x/node_modules/a.js\"",
                "\"file:///\"+path",
                " * @example \"/home/user/Documents/file.ts\"",
                "filePath:\"about.tsx\"",
                "__dirname",
                "/[\\\\/]node_modules[\\\\/]/.test(a)",
            })
    void aPathThatMayBeAUrlIsNotReported(String code) throws Exception {
        assertEquals(Leak.NONE, leaks(code));
    }

    @Test
    void anyPathOfTheProjectItselfIsFound() throws Exception {
        assertEquals(
                new Leak(project + "/public/logo.png", 2),
                leaks("a='" + project + "/public/logo.png';b=\"file://" + project + "/x\""));
    }

    private Leak leaks(String code) throws Exception {
        return PathLeakDetector.of(Files.createDirectories(project.resolve("dist")))
                .find(Piece.whole(code));
    }
}
