package dev.vtsbasic;

import dev.vtsbasic.cli.HealthcheckCommand;
import dev.vtsbasic.cli.PrecompressCommand;
import dev.vtsbasic.cli.RestartCommand;
import dev.vtsbasic.cli.ServeCommand;
import dev.vtsbasic.cli.ValidateCommand;
import dev.vtsbasic.cli.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code java -jar vts-basic.war [command] [options]}; the default is {@code serve}. */
@Command(
        name = "vts-basic",
        description = "Runs a Bun server-rendered web app behind a servlet container.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            ServeCommand.class,
            ValidateCommand.class,
            PrecompressCommand.class,
            HealthcheckCommand.class,
            RestartCommand.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        if (arguments.length == 0) {
            return serve();
        }
        boolean hasCommand = arguments.length > 0 && (!arguments[0].startsWith("-") || isStandardOption(arguments[0]));
        String[] line = arguments;
        if (!hasCommand) {
            line = new String[arguments.length + 1];
            line[0] = "serve";
            System.arraycopy(arguments, 0, line, 1, arguments.length);
        }
        return new CommandLine(new Main()).execute(line);
    }

    /** Serves without picocli, because loading it would delay the start although there is nothing to parse. */
    private static int serve() {
        try {
            return new ServeCommand().call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CommandLine.ExitCode.SOFTWARE;
        } catch (RuntimeException e) {
            // Ends the program as picocli does, even if other threads still run.
            e.printStackTrace();
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private static boolean isStandardOption(String argument) {
        return switch (argument) {
            case "-h", "--help", "-V", "--version" -> true;
            default -> false;
        };
    }
}
