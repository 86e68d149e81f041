package dev.weft.reactor;

import java.security.CodeSource;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.retry.RetryBackoffSpec;

/**
 * Whether the Reactor present is new enough: it must have a method that came with 3.7.0. Its manifest cannot be read on
 * the module path, and where all classes are in one jar it is another one.
 */
final class ReactorVersion {
    private static final @Nullable String TOO_OLD = isSupported()
            ? null
            : "looked for Reactor 3.7.0 or newer; found an older one" + place()
                    + "; use a newer version of io.projectreactor:reactor-core";

    private ReactorVersion() {}

    /** @throws IllegalStateException if it is too old */
    static void require() {
        if (TOO_OLD != null) throw new IllegalStateException(TOO_OLD);
    }

    private static boolean isSupported() {
        try {
            RetryBackoffSpec.class.getMethod("multiplier", double.class);
            return true;
        } catch (NoSuchMethodException | LinkageError older) {
            return false;
        }
    }

    private static String place() {
        CodeSource source = Mono.class.getProtectionDomain().getCodeSource();
        return source == null ? "" : ", " + source.getLocation();
    }
}
