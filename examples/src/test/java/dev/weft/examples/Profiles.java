package dev.weft.examples;

import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitOptional;
import static dev.weft.rxjava.RxAsync.single;

import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.TimeUnit;

final class Profiles {
    static Single<String> before(int id) {
        return user(id).flatMap(user -> nickname(user).defaultIfEmpty(user)).map(name -> "Hello " + name);
    }

    static Single<String> after(int id) {
        return single(() -> {
            String user = await(user(id));
            return "Hello " + awaitOptional(nickname(user)).orElse(user);
        });
    }

    static Single<String> user(int id) {
        return Single.just("user" + id).delay(1, TimeUnit.MILLISECONDS);
    }

    static Maybe<String> nickname(String user) {
        return user.equals("user7") ? Maybe.just("seven") : Maybe.empty();
    }

    public static void main(String[] args) {
        run(() -> System.out.println(await(after(7)) + ", " + await(after(8))));
    }
}
