package dev.weft.rxjava;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.disposables.DisposableContainer;
import io.reactivex.rxjava3.functions.Action;
import io.reactivex.rxjava3.functions.Consumer;
import java.security.CodeSource;
import org.jspecify.annotations.Nullable;

/**
 * Whether the RxJava present is new enough: it must have a method that came with 3.1.0. Its manifest does not give the
 * version in a form that the JVM reads.
 */
final class RxVersion {
    private static final @Nullable String TOO_OLD = isSupported()
            ? null
            : "looked for RxJava 3.1.0 or newer; found an older one" + place()
                    + "; use a newer version of io.reactivex.rxjava3:rxjava";

    private RxVersion() {}

    /** @throws IllegalStateException if it is too old */
    static void require() {
        if (TOO_OLD != null) throw new IllegalStateException(TOO_OLD);
    }

    private static boolean isSupported() {
        try {
            Completable.class.getMethod("subscribe", Action.class, Consumer.class, DisposableContainer.class);
            return true;
        } catch (NoSuchMethodException older) {
            return false;
        }
    }

    private static String place() {
        CodeSource source = Completable.class.getProtectionDomain().getCodeSource();
        return source == null ? "" : ", " + source.getLocation();
    }
}
