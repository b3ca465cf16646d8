package dev.vtsbasic;

import dev.vtsbasic.build.BuildValidator;
import dev.vtsbasic.build.Dist;
import dev.vtsbasic.build.ValidationReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code validate DIST}: 0 when every asset that the build names exists, 1 when one is missing, 2 when it cannot tell. */
@Command(
        name = "validate",
        description = "Checks that every asset which the build names exists in its client files.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all exist", "1:some are missing", "2:the build cannot be read"})
final class ValidateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIST", description = "The build: a directory with client/ and server/.")
    private Path dist;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        try {
            ValidationReport report = BuildValidator.validate(Dist.at(dist));
            System.out.println(json ? report.json() : report.text());
            if (!json && !report.warnings().isEmpty()) {
                System.out.println(report.warningText());
            }
            return report.valid() ? 0 : 1;
        } catch (IOException e) {
            System.err.println(e.getMessage());
            return 2;
        }
    }
}
