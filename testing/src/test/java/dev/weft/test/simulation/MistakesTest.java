package dev.weft.test.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each mistake is found on each engine, and none where it is mended. */
@EnabledIf("dev.weft.test.simulation.Programs#canBeSimulated")
class MistakesTest {
    private static final Pattern SEED = Pattern.compile("seed (\\d+) ");

    static Stream<Arguments> programs() {
        return Stream.of(Mistake.values())
                .flatMap(mistake -> Stream.of(Engine.values()).map(engine -> arguments(mistake, engine)));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void X1_isFoundWithin1000Seeds(Mistake mistake, Engine engine) throws Exception {
        assertThat(seedThatFinds(mistake, engine)).isBetween(0, 999);
    }

    @ParameterizedTest
    @MethodSource("programs")
    void isNotFoundWhenMended(Mistake mistake, Engine engine) throws Exception {
        Exploration.ofSeeds(1_000).explore(() -> engine.run(() -> mistake.play(engine, true)));
    }

    /** {@return the first seed that fails, or -1} */
    static int seedThatFinds(Mistake mistake, Engine engine) throws Exception {
        try {
            Exploration.ofSeeds(1_000).explore(() -> engine.run(() -> mistake.play(engine, false)));
            return -1;
        } catch (AssertionError found) {
            if (Boolean.getBoolean("mistakes.show"))
                System.out.println(mistake + " " + engine + ": " + found.getMessage());
            Matcher seed = SEED.matcher(String.valueOf(found.getMessage()));
            return seed.lookingAt() ? Integer.parseInt(seed.group(1)) : -1;
        }
    }
}
