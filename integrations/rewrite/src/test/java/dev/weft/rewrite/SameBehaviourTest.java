package dev.weft.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program does the same before and after all recipes have changed it. */
class SameBehaviourTest {
    private static final String PROGRAM = """
            import dev.weft.Async;
            import dev.weft.reactor.ReactorBackend;
            import io.reactivex.rxjava3.core.Completable;
            import io.reactivex.rxjava3.core.Maybe;
            import io.reactivex.rxjava3.core.Single;
            import java.nio.ByteBuffer;
            import java.nio.channels.AsynchronousFileChannel;
            import java.nio.channels.CompletionHandler;
            import java.nio.file.Path;
            import java.util.ArrayList;
            import java.util.List;
            import java.util.concurrent.Callable;
            import java.util.concurrent.CompletableFuture;
            import reactor.core.publisher.Mono;
            import reactor.core.scheduler.Schedulers;

            public class Program {
                static final IllegalArgumentException WRONG = new IllegalArgumentException("wrong");

                public static List<String> run() {
                    List<String> trail = new ArrayList<>();
                    add(trail, () -> Mono.<Object>just("value").hide());
                    add(trail, () -> Mono.empty());
                    add(trail, () -> Mono.error(WRONG));
                    add(trail, () -> Mono.fromCallable(() -> (Object) "made").subscribeOn(Schedulers.boundedElastic()));
                    add(trail, () -> Mono.fromCallable(() -> null).subscribeOn(Schedulers.boundedElastic()));
                    add(trail, () -> Mono.fromCallable(Program::fail).subscribeOn(Schedulers.boundedElastic()));
                    trail.add(outcome(() -> Async.run(() -> Single.just("single").hide().blockingGet())));
                    trail.add(outcome(() -> Async.run(() -> Single.error(WRONG).blockingGet())));
                    trail.add(outcome(() -> Async.run(() -> Maybe.empty().blockingGet())));
                    trail.add(outcome(() -> Async.run(() -> {
                        Completable.fromAction(() -> trail.add("completed")).blockingAwait();
                        return "then";
                    })));
                    trail.add(outcome(() -> Async.run(() -> CompletableFuture.supplyAsync(() -> "supplied").get())));
                    trail.add(outcome(() -> Async.run(() -> CompletableFuture.supplyAsync(() -> null).join())));
                    trail.add(outcome(() -> Async.run(() -> {
                        try (var file = AsynchronousFileChannel.open(Path.of(System.getProperty("java.home"), "release"))) {
                            CompletableFuture<Integer> count = new CompletableFuture<>();
                            file.read(ByteBuffer.allocate(7), 0L, null, new CompletionHandler<Integer, Void>() {
                                public void completed(Integer read, Void attachment) {
                                    count.complete(read);
                                }

                                public void failed(Throwable failure, Void attachment) {
                                    count.completeExceptionally(failure);
                                }
                            });
                            Integer read = count.get();
                            return "bytes " + read;
                        }
                    })));
                    return trail;
                }

                static void add(List<String> trail, Callable<Mono<Object>> source) {
                    trail.add(outcome(() -> Async.run(() -> source.call().block())));
                    trail.add(outcome(() -> Async.run(() -> source.call().blockOptional())));
                    trail.add(outcome(() -> Async.run(() -> source.call().single().block())));
                }

                static Object fail() {
                    throw WRONG;
                }

                static String outcome(Callable<?> code) {
                    try {
                        return "returns " + Async.withBackend(new ReactorBackend(), () -> code.call());
                    } catch (java.util.NoSuchElementException empty) {
                        return "is empty";
                    } catch (Exception failure) {
                        return "throws " + (failure == WRONG);
                    }
                }
            }
            """;

    @TempDir
    Path before;

    @TempDir
    Path after;

    @BeforeAll
    static void assumeParser() {
        Sources.assumeParser();
    }

    @Test
    void aProgramDoesTheSameBeforeAndAfter() throws Exception {
        String changed = Sources.changed(new MoveToWeft(null), PROGRAM);

        assertThat(changed).doesNotContain("block(", "blockOptional(", "blocking", "boundedElastic", "get()", "join()");
        Sources.compile("Program.java", PROGRAM, before);
        Sources.compile("Program.java", changed, after);
        assertThat(Sources.call(after, "Program", "run"))
                .isEqualTo(Sources.call(before, "Program", "run"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .contains(
                        "returns value",
                        "returns null",
                        "throws true",
                        "is empty",
                        "completed",
                        "returns supplied",
                        "returns bytes 7");
    }
}
