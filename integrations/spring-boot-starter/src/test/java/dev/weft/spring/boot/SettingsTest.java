package dev.weft.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spring.boot.Settings.SettingsException;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class SettingsTest {
    private final Properties system = new Properties();

    private static ConfigurableEnvironment asking(Map<String, Object> values) {
        var environment = new StandardEnvironment();
        environment.getPropertySources().addLast(new MapPropertySource("application.properties", values));
        return environment;
    }

    @Test
    void whatAnApplicationAsksForBecomesASystemProperty() {
        new Settings(system, Map.of()).apply(asking(Map.of("weft.watchdog", "${time}", "time", "10s")));
        assertThat(system).isEqualTo(Map.of("weft.watchdog", "10s"));
    }

    @Test
    void aSystemPropertyAndAnEnvironmentVariableWin() {
        system.setProperty("weft.watchdog", "1s");
        var settings = new Settings(system, Map.of("WEFT_DUMP_CONTEXT", "user"));
        settings.apply(asking(Map.of("weft.watchdog", "10s", "weft.dump.context", "team")));
        settings.apply(asking(Map.of("weft.watchdog", "20s", "weft.dump.context", "order")));
        assertThat(system).isEqualTo(Map.of("weft.watchdog", "1s"));
    }

    @Test
    void aSecondApplicationMayAskForTheSameOrForNothing() {
        var settings = new Settings(system, Map.of());
        settings.apply(asking(Map.of("weft.watchdog", "10s")));
        assertThatCode(() -> settings.apply(asking(Map.of("weft.watchdog", "10s"))))
                .doesNotThrowAnyException();
        assertThatCode(() -> settings.apply(asking(Map.of()))).doesNotThrowAnyException();
        assertThat(system).isEqualTo(Map.of("weft.watchdog", "10s"));
    }

    @Test
    void W7_aSecondApplicationThatAsksForSomethingElseDoesNotStart() {
        var settings = new Settings(system, Map.of());
        settings.apply(asking(Map.of("weft.watchdog", "10s")));
        assertThatThrownBy(() -> settings.apply(asking(Map.of("weft.watchdog", "20s"))))
                .isInstanceOf(SettingsException.class)
                .hasMessage("weft.watchdog=20s comes too late: an earlier application context in this JVM was started"
                        + " with weft.watchdog=10s; use the same value in all of them, or a JVM for each");
        assertThatThrownBy(() -> settings.apply(asking(Map.of("weft.trace", "off"))))
                .hasMessageContaining("was started with none");
    }
}
