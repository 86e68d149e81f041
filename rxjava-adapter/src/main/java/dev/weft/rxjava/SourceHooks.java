package dev.weft.rxjava;

import dev.weft.spi.SourceWatch;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.functions.BiFunction;
import io.reactivex.rxjava3.functions.Function;
import io.reactivex.rxjava3.functions.Supplier;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * Tells debug mode of the sources that are made and subscribed to: hooks that first call those that were there, and
 * change nothing. Without debug mode there are none, and when the program replaces them, no more is reported.
 */
@SuppressWarnings("rawtypes") // as RxJava's own hooks
final class SourceHooks {
    private static final Pattern HAVE_NO_WORK =
            Pattern.compile(".*(Just|Empty|Never|Error|FromCompletionStage|FromFuture)");
    private static final ClassValue<Boolean> NEEDS_OBSERVER = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return needsObserver(type);
        }
    };

    /** Those that are called at a subscription. */
    private static volatile List<?> own = List.of();

    private SourceHooks() {}

    static void install() {
        SourceWatch watch = SourceWatch.of("io.reactivex.rxjava3.", () -> own.equals(present()));
        if (watch == null || RxJavaPlugins.isLockdown()) return;
        RxJavaPlugins.setOnSingleAssembly(made(RxJavaPlugins.getOnSingleAssembly(), watch));
        RxJavaPlugins.setOnMaybeAssembly(made(RxJavaPlugins.getOnMaybeAssembly(), watch));
        RxJavaPlugins.setOnCompletableAssembly(made(RxJavaPlugins.getOnCompletableAssembly(), watch));
        RxJavaPlugins.setOnFlowableAssembly(made(RxJavaPlugins.getOnFlowableAssembly(), watch));
        RxJavaPlugins.setOnObservableAssembly(made(RxJavaPlugins.getOnObservableAssembly(), watch));
        RxJavaPlugins.setOnSingleSubscribe(
                SourceHooks.<Single, SingleObserver>used(RxJavaPlugins.getOnSingleSubscribe()));
        RxJavaPlugins.setOnMaybeSubscribe(SourceHooks.<Maybe, MaybeObserver>used(RxJavaPlugins.getOnMaybeSubscribe()));
        RxJavaPlugins.setOnCompletableSubscribe(
                SourceHooks.<Completable, CompletableObserver>used(RxJavaPlugins.getOnCompletableSubscribe()));
        RxJavaPlugins.setOnFlowableSubscribe(
                SourceHooks.<Flowable, Subscriber>used(RxJavaPlugins.getOnFlowableSubscribe()));
        RxJavaPlugins.setOnObservableSubscribe(
                SourceHooks.<Observable, Observer>used(RxJavaPlugins.getOnObservableSubscribe()));
        own = present();
    }

    private static List<?> present() {
        return Stream.of(
                        RxJavaPlugins.getOnSingleSubscribe(),
                        RxJavaPlugins.getOnMaybeSubscribe(),
                        RxJavaPlugins.getOnCompletableSubscribe(),
                        RxJavaPlugins.getOnFlowableSubscribe(),
                        RxJavaPlugins.getOnObservableSubscribe())
                .toList();
    }

    private static <S> Function<S, S> made(@Nullable Function<? super S, ? extends S> before, SourceWatch watch) {
        return source -> {
            S own = before == null ? source : before.apply(source);
            if (NEEDS_OBSERVER.get(own.getClass())) watch.made(own);
            return own;
        };
    }

    private static <S, O> BiFunction<S, O, O> used(@Nullable BiFunction<? super S, ? super O, ? extends O> before) {
        return (source, observer) -> {
            SourceWatch.used(source);
            return before == null ? observer : before.apply(source, observer);
        };
    }

    /**
     * Whether it does nothing unless it is subscribed to. That is not so for what has its value already, for a future,
     * which runs already, or for a supplier, which operators may ask instead. And a conversion may put another source in
     * place of one that implements FuseToFlowable and the like.
     */
    private static boolean needsObserver(Class<?> type) {
        return !Supplier.class.isAssignableFrom(type)
                && !HAVE_NO_WORK.matcher(type.getSimpleName()).matches()
                && Arrays.stream(type.getInterfaces())
                        .noneMatch(face -> face.getSimpleName().startsWith("FuseTo"));
    }
}
