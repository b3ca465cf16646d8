package dev.vtsbasic.settings;

import dev.vtsbasic.text.NearestName;
import java.nio.file.InvalidPathException;
import java.util.List;

/** The values of settings. The first source that has a setting gives its value. */
final class SettingValues {
    private static final String NOT_IN_LOCALE =
            "; the locale's character set cannot represent this path: start with LC_ALL=C.UTF-8";

    private final List<SettingSource> sources;

    SettingValues(List<SettingSource> sources) {
        this.sources = sources;
    }

    /** @throws BadSettingException when the value is not allowed; the message names setting, value, source and remedy */
    <T> T of(Setting<T> setting) throws BadSettingException {
        for (SettingSource source : sources) {
            String text = source.find(setting.name());
            if (text != null) {
                try {
                    return setting.parse(text);
                } catch (IllegalArgumentException e) {
                    throw new BadSettingException("%s is \"%s\", from %s; allowed is %s"
                            .formatted(
                                    setting.environmentName(),
                                    setting.masked(text),
                                    source.description(),
                                    setting.allowed()
                                            + (e.getCause() instanceof InvalidPathException ? NOT_IN_LOCALE : "")));
                }
            }
        }
        return setting.parse(setting.defaultText());
    }

    /** Each setting's value and source, as operators may see them. */
    List<SettingInForce> inForce() {
        return Setting.all().stream().map(this::inForce).toList();
    }

    private SettingInForce inForce(Setting<?> setting) {
        for (SettingSource source : sources) {
            String text = source.find(setting.name());
            if (text != null) {
                return new SettingInForce(setting.environmentName(), setting.masked(text), source.description());
            }
        }
        return new SettingInForce(setting.environmentName(), setting.defaultText(), "");
    }

    /** A sentence for each name in the sources that is not the name of a setting. */
    List<String> unknownNames() {
        List<String> known = Setting.all().stream().map(Setting::name).toList();
        return sources.stream()
                .flatMap(source -> source.names().stream()
                        .filter(name -> !known.contains(name))
                        .sorted()
                        .map(name -> unknown(name, source, known)))
                .toList();
    }

    private static String unknown(String name, SettingSource source, List<String> known) {
        String meant = NearestName.of(name, known, 1).stream()
                .map(nearest -> "; did you mean " + Setting.environmentName(nearest) + "?")
                .findFirst()
                .orElse("");
        return "unknown setting " + Setting.environmentName(name) + " from " + source.description() + meant;
    }
}
