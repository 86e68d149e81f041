package dev.weft.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/** What a native image has to keep and cannot find: the file with settings, and the methods that security is shown. */
final class WeftRuntimeHints implements RuntimeHintsRegistrar {
    /** By its name, since Spring Security need not be there. */
    static final String SHAPES = "dev.weft.spring.AwaitingAuthorization$Shown$Shapes";

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
        hints.resources().registerPattern("weft.properties");
        hints.reflection().registerType(TypeReference.of(SHAPES));
    }
}
