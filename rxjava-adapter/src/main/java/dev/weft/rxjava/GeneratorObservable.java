package dev.weft.rxjava;

import dev.weft.Emitter;
import dev.weft.Generator;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.EmitterTask;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;

/** An {@code Observable} that runs a generator in a coroutine for each observer. */
final class GeneratorObservable<T> extends Observable<T> {
    private final Generator<T> generator;
    private final CoroutineOptions options;

    private GeneratorObservable(Generator<T> generator, CoroutineOptions options) {
        this.generator = generator;
        this.options = options.madeHere();
    }

    static <T> Observable<T> of(Generator<T> generator, CoroutineOptions options) {
        return RxJavaPlugins.onAssembly(
                new GeneratorObservable<>(Objects.requireNonNull(generator, "generator"), options));
    }

    @Override
    protected void subscribeActual(Observer<? super T> downstream) {
        var task = new ObservableTask<T>(downstream, options, generator);
        downstream.onSubscribe(task);
        task.start();
    }
}

/** A generator that an {@code Observer} listens to, and its disposable. An observer has asked for everything. */
final class ObservableTask<T> extends EmitterTask<T, Observer<? super T>> implements Emitter<T>, Disposable {
    private final Generator<T> generator;

    ObservableTask(Observer<? super T> downstream, CoroutineOptions options, Generator<T> generator) {
        super(downstream, RxBackend.INSTANCE, RxBackend.context(), options);
        this.generator = generator;
        request(Long.MAX_VALUE);
    }

    @Override
    public void dispose() {
        cancel();
    }

    @Override
    public boolean isDisposed() {
        return downstream() == null;
    }

    @Override
    protected String builder() {
        return "observable";
    }

    @Override
    protected void generate() throws Exception {
        generator.generate(this);
    }

    @Override
    protected void next(Observer<? super T> observer, T value) {
        observer.onNext(value);
    }

    @Override
    protected void complete(Observer<? super T> observer) {
        observer.onComplete();
    }

    @Override
    protected void fail(Observer<? super T> observer, Throwable failure) {
        observer.onError(failure);
    }
}
