package dev.weft.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.spi.Backend;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The kit finds what is wrong with each of some backends, names it, and nothing else. */
abstract class KitOnBroken {
    private final Class<?> group;

    KitOnBroken(Class<?> group) {
        this.group = group;
    }

    @TestFactory
    Stream<DynamicTest> aBrokenBackendFailsTheRulesThatItBreaks() {
        return Arrays.stream(group.getDeclaredClasses())
                .filter(type -> type.isAnnotationPresent(Breaks.class))
                .map(type -> dynamicTest(type.getSimpleName(), () -> requireBroken(type)));
    }

    private static void requireBroken(Class<?> type) throws Exception {
        Constructor<?> constructor = type.getDeclaredConstructor();
        String[] rules = type.getAnnotation(Breaks.class).value();
        var results = Kit.run((Backend) constructor.newInstance(), new FlowSources(), rules);
        assertThat(Kit.messages(results.testEvents().failed().list()))
                .extracting(KitOnBroken::number)
                .containsExactly(rules);
    }

    /** The number of the rule with which the sentence begins, or the whole sentence if there is none. */
    private static String number(String sentence) {
        return sentence.replaceFirst("(?s)^rule (\\d\\.\\d\\d)[: ].*", "$1");
    }
}
