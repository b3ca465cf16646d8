package dev.vtsbasic.settings;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** A source of settings. {@link Settings#read} asks several sources in turn; the first that has a value wins. */
public interface SettingSource {
    /** The name of the source, worded to follow "from": {@code the environment}. */
    String description();

    /**
     * The value of a setting; null when this source does not have it.
     *
     * @param name {@code vts.some-name}
     */
    String find(String name);

    /**
     * The names of the settings in this source, spelled {@code vts.some-name}; empty if the source cannot list them.
     */
    Collection<String> names();

    /** The settings given on the command line. */
    static SettingSource commandLine(Map<String, String> values) {
        return new Values("the command line", values);
    }

    static SettingSource systemProperties() {
        Map<String, String> values = System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("vts."))
                .collect(Collectors.toMap(name -> name, System::getProperty));
        return new Values("a system property", values);
    }

    static SettingSource environment() {
        return environment(System.getenv());
    }

    /**
     * Environment variables, whose names are spelled {@code VTS_SOME_NAME}. Blank variables count as not set, and so do
     * the variables that Kubernetes sets for its services.
     */
    static SettingSource environment(Map<String, String> variables) {
        Set<String> links = ServiceLinks.namesIn(variables);
        Map<String, String> environment = variables.entrySet().stream()
                .filter(variable -> !variable.getValue().isBlank() && !links.contains(variable.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        Map<String, String> byName = Setting.all().stream()
                .filter(setting -> environment.containsKey(setting.environmentName()))
                .collect(Collectors.toMap(Setting::name, setting -> environment.get(setting.environmentName())));
        return new SettingSource() {
            @Override
            public String description() {
                return "the environment";
            }

            @Override
            public String find(String name) {
                return byName.get(name);
            }

            @Override
            public Collection<String> names() {
                return environment.keySet().stream()
                        .filter(name -> name.startsWith("VTS_"))
                        .map(name -> "vts."
                                + name.substring(4)
                                        .toLowerCase(java.util.Locale.ROOT)
                                        .replace('_', '-'))
                        .toList();
            }
        };
    }

    /** Servlet context parameters, so that two copies of the WAR in one server can differ. */
    static SettingSource contextParameters(ServletContext context) {
        Map<String, String> values = Collections.list(context.getInitParameterNames()).stream()
                .filter(name -> name.startsWith("vts."))
                .collect(Collectors.toMap(name -> name, context::getInitParameter));
        return new Values("a context parameter", values);
    }

    /** {@code java:comp/env/vts/some-name}, which a server's administrator can set per application. */
    static SettingSource jndi() {
        return new SettingSource() {
            @Override
            public String description() {
                return "JNDI";
            }

            @Override
            public String find(String name) {
                try {
                    Object value = InitialContext.doLookup("java:comp/env/" + name.replaceFirst("\\.", "/"));
                    return value == null ? null : value.toString();
                } catch (NamingException e) {
                    return null;
                }
            }

            @Override
            public Collection<String> names() {
                return List.of();
            }
        };
    }

    /**
     * {@code WEB-INF/vts.properties}, which is part of the WAR.
     *
     * @param file the open file, which this method closes; null when there is none
     */
    static SettingSource properties(InputStream file) throws IOException {
        Properties properties = new Properties();
        if (file != null) {
            try (file) {
                properties.load(file);
            }
        }
        Map<String, String> values = properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
        return new Values("WEB-INF/vts.properties", values);
    }

    /** A source that holds values by name, spelled {@code vts.some-name}. */
    record Values(String description, Map<String, String> values) implements SettingSource {
        @Override
        public String find(String name) {
            return values.get(name);
        }

        @Override
        public Collection<String> names() {
            return values.keySet();
        }
    }
}
