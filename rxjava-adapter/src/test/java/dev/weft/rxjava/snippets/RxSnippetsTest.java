package dev.weft.rxjava.snippets;

import static dev.weft.Async.async;
import static dev.weft.Async.gather;
import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitable;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.mapFlowable;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.rxjava.RxAsync.using;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Deferred;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The examples in the documentation of {@link dev.weft.rxjava.RxAsync}. */
class RxSnippetsTest {
    private final Users users = new Users();

    @Test
    void aSingleIsAwaited() {
        String greeting = run(() -> {
            // @start region="await"
            String name = await(users.nameOf(42));
            return "Hello, " + name;
            // @end
        });
        assertThat(greeting).isEqualTo("Hello, user 42");
    }

    @Test
    void aSingleIsBuilt() {
        // @start region="single"
        Single<String> page = single(() -> {
            Deferred<String> name = async(() -> await(users.nameOf(42)));
            List<Integer> friends = await(users.friendsOf(42).toList()); // meanwhile
            return name.await() + " has " + friends.size() + " friends";
        });
        // @end
        assertThat(page.blockingGet()).isEqualTo("user 42 has 2 friends");
    }

    @Test
    void aFlowableIsBuilt() {
        // @start region="flowable"
        Flowable<String> names = flowable(out -> {
            for (int id = 1; id <= 3; id++) out.emit(await(users.nameOf(id)));
        });
        // @end
        assertThat(names.toList().blockingGet()).containsExactly("user 1", "user 2", "user 3");
    }

    @Test
    void aFlowableIsLoopedOver() {
        run(() -> {
            // @start region="each"
            try (var friends = each(users.friendsOf(42))) {
                for (int friend : friends) await(users.greet(friend)); // one after the other
            }
            // @end
        });
        assertThat(users.log).containsExactly("greeted 1", "greeted 2");
    }

    @Test
    void aFlowableIsMapped() {
        // @start region="mapFlowable"
        Flowable<String> names = users.friendsOf(42).compose(mapFlowable(8, id -> await(users.nameOf(id))));
        // @end
        assertThat(names.toList().blockingGet()).containsExactly("user 1", "user 2");
    }

    @Test
    void singlesAreGathered() {
        // @start region="awaitable"
        List<String> both = run(() -> gather(awaitable(users.nameOf(1)), awaitable(users.nameOf(2)))); // as zip does
        // @end
        assertThat(both).containsExactly("user 1", "user 2");
    }

    @Test
    void aResourceIsUsed() {
        String name = run(() -> {
            // @start region="using"
            return using(users.connect(), connection -> await(connection.close()), connection -> connection.nameOf(42));
            // @end
        });
        assertThat(name).isEqualTo("user 42");
        assertThat(users.log).containsExactly("closed");
    }

    /** What the examples talk to. */
    private static final class Users {
        final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

        Single<String> nameOf(int id) {
            return Single.timer(1, TimeUnit.MILLISECONDS).map(tick -> "user " + id);
        }

        Flowable<Integer> friendsOf(int id) {
            return Flowable.just(1, 2);
        }

        Completable greet(int id) {
            return Completable.fromAction(() -> log.add("greeted " + id));
        }

        Single<Connection> connect() {
            return Single.just(new Connection());
        }

        final class Connection {
            String nameOf(int id) {
                return await(Users.this.nameOf(id));
            }

            Completable close() {
                return Completable.fromAction(() -> log.add("closed"));
            }
        }
    }
}
