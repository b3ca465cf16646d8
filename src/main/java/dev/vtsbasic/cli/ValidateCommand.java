package dev.vtsbasic.cli;

import dev.vtsbasic.app.BunLocator;
import dev.vtsbasic.build.Dist;
import dev.vtsbasic.build.reproduction.BuildReproduction;
import dev.vtsbasic.build.reproduction.ReproductionReport;
import dev.vtsbasic.build.validation.ValidationReport;
import dev.vtsbasic.deploy.BasePathCopies;
import dev.vtsbasic.launch.WorkDirectory;
import dev.vtsbasic.settings.BadSettingException;
import dev.vtsbasic.settings.SettingSource;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.war.WarFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code validate DIST}: exits with 0 if the build can be served, 1 if it cannot, 2 if it cannot be read. With {@code
 * --reproduce}: 0 if the build's project gives the same build each time, 1 if it does not, 2 if it cannot be built.
 */
@Command(
        name = "validate",
        description = "Checks that every asset which the build names exists in its client files, that the packages are"
                + " there which its server imports, and that it is made for the path where browsers see it;"
                + " or, with --reproduce, that its project gives the same build each time.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it fits together; with --reproduce: the same each time",
            "1:it does not; with --reproduce: not the same",
            "2:the build cannot be read or not be made"
        })
public final class ValidateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIST", description = "The build: a directory with client/ and server/.")
    private Path dist;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Option(
            names = "--context-path",
            paramLabel = "PATH",
            description =
                    "Path at which browsers see the app (VTS_CONTEXT_PATH); /shop for shop.war in a servlet container.")
    private String contextPath;

    @ArgGroup(exclusive = false)
    private Reproduction reproduction;

    /** The options of {@code --reproduce}. */
    private static final class Reproduction {
        @Option(
                names = "--reproduce",
                required = true,
                description = "Build the project that DIST lies in twice, elsewhere, and compare.")
        private boolean wanted;

        @Option(
                names = "--build-command",
                paramLabel = "COMMAND",
                description = "Command that builds the project (default: its script build:prod or build).")
        private String command;

        @Option(
                names = "--time-limit",
                paramLabel = "SECONDS",
                defaultValue = "600",
                description = "How long both builds may take together (default: ${DEFAULT-VALUE}).")
        private int seconds;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            return reproduction == null ? validate() : reproduce();
        } catch (IOException | BadSettingException | BunLocator.NoBunException e) {
            System.err.println(e.getMessage());
            return 2;
        }
    }

    private int validate() throws IOException, BadSettingException {
        Settings settings = settings();
        String base = settings.server().publicPath().orElse(settings.server().contextPath());
        ValidationReport all = new BasePathCopies(base, List.of()).validate(Dist.at(dist));
        ValidationReport report = settings.app().upstream().isPresent() ? all.withoutServer() : all;
        System.out.println(json ? report.json() : report.text());
        if (!json && !report.warnings().isEmpty()) {
            System.out.println(report.warningText());
        }
        return report.valid() ? 0 : 1;
    }

    /** Reads the same settings as {@code serve}, so that both find the same builds valid. */
    private Settings settings() throws BadSettingException, IOException {
        Map<String, String> options = contextPath == null ? Map.of() : Map.of("vts.context-path", contextPath);
        return Settings.read(List.of(
                SettingSource.commandLine(options),
                SettingSource.systemProperties(),
                SettingSource.environment(),
                SettingSource.properties(WarFiles.in(WarFiles.home()).open("/WEB-INF/vts.properties"))));
    }

    private int reproduce() throws IOException, BadSettingException, BunLocator.NoBunException, InterruptedException {
        Settings settings = settings();
        Path bun = BunLocator.find(
                        settings,
                        WarFiles.in(WarFiles.home()),
                        WorkDirectory.candidates(settings.workDir().orElse(null)))
                .path();
        try (BuildReproduction builds = BuildReproduction.of(dist, bun, Optional.ofNullable(reproduction.command))) {
            ReproductionReport report = builds.run(Duration.ofSeconds(reproduction.seconds), System.err::println);
            System.out.println(json ? report.json() : report.text());
            return report.reproducible() ? 0 : 1;
        }
    }
}
