package dev.weft.examples.guide;

import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;

import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.TimeUnit;

public final class HelloRx {
    public static void main(String[] args) {
        run(() -> System.out.println(await(greeting("Weft"))));
    }

    static Single<String> greeting(String name) {
        return single(
                () -> { // a Single as any other, made of statements
                    String hello = await(Single.just("Hello").delay(10, TimeUnit.MILLISECONDS));
                    return hello + ", " + name;
                });
    }
}
