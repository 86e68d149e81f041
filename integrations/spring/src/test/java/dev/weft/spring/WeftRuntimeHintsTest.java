package dev.weft.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.aot.AotServices;

class WeftRuntimeHintsTest {
    @Test
    void whatIsLookedUpByNameIsKept() throws ClassNotFoundException {
        var hints = new RuntimeHints();
        for (RuntimeHintsRegistrar each : AotServices.factories().load(RuntimeHintsRegistrar.class))
            if (each instanceof WeftRuntimeHints) each.registerHints(hints, null);
        assertThat(RuntimeHintsPredicates.resource().forResource("weft.properties"))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onType(TypeReference.of(WeftRuntimeHints.SHAPES)))
                .accepts(hints);
        assertThat(Class.forName(WeftRuntimeHints.SHAPES).getDeclaredMethods()).hasSize(2);
    }
}
