package dev.weft.spring.boot;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/**
 * Hands the properties of an application to Weft, which reads system properties, once per JVM. So the first application
 * decides, and another one in the same JVM that asks for something else does not start. A system property or an
 * environment variable wins, as it does in Boot.
 */
final class Settings {
    static final List<String> KEYS = List.of(
            "weft.backend",
            "weft.debug",
            "weft.dispatcher",
            "weft.dump.context",
            "weft.interrupts",
            "weft.jmx",
            "weft.trace",
            "weft.watchdog");

    /** The sources that Weft reads by itself, and Boot's view of all sources. */
    private static final Set<String> LEFT_OUT =
            Set.of("systemProperties", "systemEnvironment", "configurationProperties");

    static final Settings OF_THE_JVM = new Settings(System.getProperties(), System.getenv());

    private final Properties properties;
    private final Map<String, String> variables;

    /** What the first application has asked for, null for nothing; guarded by this. */
    private final Map<String, @Nullable String> decided = new HashMap<>();

    Settings(Properties properties, Map<String, String> variables) {
        this.properties = properties;
        this.variables = variables;
    }

    synchronized void apply(ConfigurableEnvironment environment) {
        for (String key : KEYS) {
            String asked = asked(environment, key);
            if (decided.containsKey(key)) compare(key, asked);
            else if (!isSetOutside(key)) decide(key, asked);
        }
    }

    private void compare(String key, @Nullable String asked) {
        String earlier = decided.get(key);
        if (asked != null && !asked.equals(earlier)) throw new SettingsException(key, asked, earlier);
    }

    private void decide(String key, @Nullable String asked) {
        decided.put(key, asked);
        if (asked != null) properties.setProperty(key, asked);
    }

    private boolean isSetOutside(String key) {
        return properties.getProperty(key) != null
                || variables.get(key.toUpperCase(Locale.ROOT).replace('.', '_')) != null;
    }

    private static @Nullable String asked(ConfigurableEnvironment environment, String key) {
        for (PropertySource<?> source : environment.getPropertySources()) {
            Object value = LEFT_OUT.contains(source.getName()) ? null : source.getProperty(key);
            if (value != null) return environment.resolveRequiredPlaceholders(value.toString());
        }
        return null;
    }

    /** A second application in this JVM has asked for something else than the first. */
    static final class SettingsException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        SettingsException(String key, String asked, @Nullable String decided) {
            super(key + "=" + asked + " comes too late: an earlier application context in this JVM was started with "
                    + (decided == null ? "none" : key + "=" + decided)
                    + "; use the same value in all of them, or a JVM for each");
        }
    }
}
