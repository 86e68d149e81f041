package dev.weft.benchmarks.service;

import static dev.weft.Async.async;
import static dev.weft.Async.gather;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitable;
import static dev.weft.rxjava.RxAsync.single;

import dev.weft.Deferred;
import dev.weft.Dispatcher;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.rxjava3.core.Vertx;
import io.vertx.rxjava3.core.http.HttpClient;
import io.vertx.rxjava3.core.http.HttpClientRequest;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Function;
import kotlinx.coroutines.Dispatchers;

/** The page on RxJava. */
final class VertxPage {
    private final Scheduler virtualThreads = Schedulers.from(Executors.newVirtualThreadPerTaskExecutor());
    private final HttpClient http;
    private final int upstream;

    VertxPage(Vertx vertx, int upstream) {
        this.http = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(Upstream.CONNECTIONS));
        this.upstream = upstream;
    }

    Function<String, Single<String>> handler(Style style) {
        return switch (style) {
            case OPERATORS -> this::operators;
            case BLOCK -> id -> Single.fromCallable(() -> block(id)).subscribeOn(virtualThreads);
            case KOTLIN_UNCONFINED -> id -> KotlinVertxPage.page(Dispatchers.getUnconfined(), this::call, id);
            case KOTLIN_DEFAULT -> id -> KotlinVertxPage.page(Dispatchers.getDefault(), this::call, id);
            case WEFT_VIRTUAL_CHILDREN -> id -> single(Dispatcher.virtual(), () -> children(id));
            case WEFT_VIRTUAL_MEMBERS -> id -> single(Dispatcher.virtual(), () -> members(id));
            case WEFT_EVENT_LOOP_CHILDREN -> id -> single(Dispatcher.eventLoop(), () -> children(id));
            case WEFT_EVENT_LOOP_MEMBERS -> id -> single(Dispatcher.eventLoop(), () -> members(id));
        };
    }

    private Single<String> call(String path) {
        return http.rxRequest(HttpMethod.GET, upstream, "127.0.0.1", path)
                .flatMap(HttpClientRequest::rxSend)
                .flatMap(response -> response.statusCode() == 200
                        ? response.rxBody().map(Buffer::toString)
                        : Single.error(new IllegalStateException(path + " was answered " + response.statusCode())));
    }

    private Single<String> operators(String id) {
        return call("/user/" + id)
                .flatMap(user -> Single.zip(
                        call("/orders/" + id),
                        call("/offers/" + id),
                        (orders, offers) -> user + " " + orders + " " + offers));
    }

    private String block(String id) {
        String user = call("/user/" + id).blockingGet();
        return user + " "
                + Single.zip(call("/orders/" + id), call("/offers/" + id), (orders, offers) -> orders + " " + offers)
                        .blockingGet();
    }

    private String children(String id) {
        String user = await(call("/user/" + id));
        Deferred<String> orders = async(() -> await(call("/orders/" + id)));
        Deferred<String> offers = async(() -> await(call("/offers/" + id)));
        return user + " " + orders.await() + " " + offers.await();
    }

    private String members(String id) {
        String user = await(call("/user/" + id));
        List<String> both = gather(awaitable(call("/orders/" + id)), awaitable(call("/offers/" + id)));
        return user + " " + both.get(0) + " " + both.get(1);
    }
}
