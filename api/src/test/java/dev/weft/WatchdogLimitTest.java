package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code weft.watchdog} is read. */
class WatchdogLimitTest {
    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "10s, PT10S", "' 2 m ', PT2M", "1h, PT1H", "PT1.5S, PT1.5S"})
    void aTimeIsTheLimit(String asked, Duration limit) {
        assertThat(WatchdogLimit.choose(asked, null, null)).contains(limit);
    }

    @Test
    void theFirstThatAsksDecides() {
        assertThat(WatchdogLimit.choose("1s", "2s", "3s")).contains(Duration.ofSeconds(1));
        assertThat(WatchdogLimit.choose(" ", "2s", "3s")).contains(Duration.ofSeconds(2));
        assertThat(WatchdogLimit.choose(null, "", "3s")).contains(Duration.ofSeconds(3));
        assertThat(WatchdogLimit.choose("off", "2s", "3s")).isEmpty();
    }

    @Test
    void itIsOffUnlessSomebodyAsks() {
        assertThat(WatchdogLimit.choose(null, null, null)).isEmpty();
        assertThat(WatchdogLimit.choose("", " ", " ")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "10", "-1s", "0s", "PT0S", "PT-1S", "10 days", "99999999999999999999s", "1.5s"})
    void anythingElseIsAnErrorThatSaysWhatToWrite(String asked) {
        assertThatThrownBy(() -> WatchdogLimit.choose(null, asked, null))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(
                        "a time in weft.watchdog, such as 500ms, 10s, 2m or PT10S, or off",
                        "\"" + asked + "\" (environment variable WEFT_WATCHDOG)");
    }
}
