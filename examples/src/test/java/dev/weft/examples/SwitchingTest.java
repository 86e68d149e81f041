package dev.weft.examples;

import static dev.weft.Async.backend;
import static dev.weft.Async.context;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.reactor.ReactorBackend;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.Backend;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Both adapters are installed: which one is taken, and how the two get on. */
class SwitchingTest {
    @TempDir
    private Path directory;

    // --- the choice, in a process of its own

    @Test
    void twoAdaptersAndNoChoiceIsAnErrorThatSaysWhatToDo() throws Exception {
        assertThat(asked())
                .startsWith("dev.weft.BackendException: looked for one backend; found [")
                .contains("reactor", "rxjava", "jdk]")
                .endsWith("and no choice; choose one with -Dweft.backend=<id>, WEFT_BACKEND=<id>,"
                        + " weft.backend=<id> in weft.properties, or withBackend(…)");
    }

    @Test
    void thePropertyChooses() throws Exception {
        assertThat(asked("-Dweft.backend=reactor")).isEqualTo("reactor");
        assertThat(asked("-Dweft.backend=rxjava")).isEqualTo("rxjava");
    }

    @Test
    void theEnvironmentChooses() throws Exception {
        assertThat(answer(program(Asks.class).withEnvironment("rxjava"))).isEqualTo("rxjava");
    }

    @Test
    void theFileOnTheClassPathChooses() throws Exception {
        file("rxjava");
        assertThat(asked()).isEqualTo("rxjava");
    }

    @Test
    void thePropertyIsHeardBeforeTheEnvironmentAndThatBeforeTheFile() throws Exception {
        file("rxjava");
        assertThat(answer(program(Asks.class).withEnvironment("reactor"))).isEqualTo("reactor");
        assertThat(answer(program(Asks.class).withEnvironment("reactor").with("-Dweft.backend=jdk")))
                .isEqualTo("jdk");
    }

    @Test
    void anEmptyPropertyDoesNotChoose() throws Exception {
        file("rxjava");
        assertThat(asked("-Dweft.backend=")).isEqualTo("rxjava");
    }

    @Test
    void anUnknownIdIsAnErrorThatSaysWhoAskedAndWhatThereIs() throws Exception {
        assertThat(asked("-Dweft.backend=rx"))
                .startsWith(
                        "dev.weft.BackendException: looked for backend \"rx\" (system property weft.backend); found [")
                .contains("reactor", "rxjava", "jdk]")
                .contains("correct the id");
    }

    @Test
    void aProviderForAnotherLevelIsAnErrorWhateverIsChosen() throws Exception {
        provider(OtherBackend.Newer.class);
        assertThat(asked("-Dweft.backend=rxjava"))
                .startsWith("dev.weft.BackendException: looked for a backend for level ")
                .contains(OtherBackend.Newer.class.getName() + " for level ")
                .endsWith("use the same version of weft-api and of the adapter");
    }

    @Test
    void aSecondBackendWithAnIdIsAnError() throws Exception {
        provider(OtherBackend.SecondRxJava.class);
        assertThat(asked("-Dweft.backend=rxjava"))
                .startsWith(
                        "dev.weft.BackendException: looked for backends with different ids; found two with the id \"rxjava\"")
                .contains(RxBackend.class.getName(), OtherBackend.SecondRxJava.class.getName())
                .endsWith("remove one of them from the class path");
    }

    @Test
    void ofTwoThatClaimATypeTheSelectedOneIsTaken() throws Exception {
        provider(OtherBackend.Claiming.class);
        assertThat(answer(program(Awaits.class).with("-Dweft.backend=reactor"))).isEqualTo("a value");
        assertThat(answer(program(Awaits.class).with("-Dweft.backend=claiming")))
                .contains("I cannot do that");
        assertThat(answer(program(Awaits.class).with("-Dweft.backend=rxjava")))
                .startsWith(
                        "dev.weft.BackendException: looked for one backend that understands reactor.core.publisher.Mono")
                .contains("reactor", "claiming")
                .endsWith("choose one of them with -Dweft.backend=<id>, or remove the others");
    }

    /** Says which backend is selected. */
    static final class Asks {
        private Asks() {}

        public static void main(String[] args) {
            try {
                System.out.println(backend().id());
            } catch (RuntimeException failure) {
                System.out.println(failure);
            }
        }
    }

    /** Awaits a Mono without saying that it is one. */
    static final class Awaits {
        private Awaits() {}

        public static void main(String[] args) {
            try {
                Object mono = Mono.just("a value");
                System.out.println(run(() -> Async.awaitable(mono).await()));
            } catch (RuntimeException failure) {
                System.out.println(failure);
            }
        }
    }

    private String asked(String... arguments) throws IOException, InterruptedException {
        return answer(program(Asks.class).with(arguments));
    }

    private Program program(Class<?> main) {
        return new Program(main).withResources(directory);
    }

    private static String answer(Program program) throws IOException, InterruptedException {
        List<String> lines = program.run();
        assertThat(lines).hasSize(1);
        return lines.get(0);
    }

    private void file(String backend) throws IOException {
        Files.writeString(directory.resolve("weft.properties"), "weft.backend=" + backend);
    }

    private void provider(Class<? extends Backend> type) throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(Backend.class.getName()), type.getName());
    }

    // --- the choice in code

    @Test
    void codeChoosesForAScope() {
        assertThat(withBackend(new RxBackend(), () -> backend().id())).isEqualTo("rxjava");
        assertThat(withBackend(new ReactorBackend(), () -> backend().id())).isEqualTo("reactor");
        List<String> ids = withBackend(
                new RxBackend(),
                () -> List.of(
                        backend().id(),
                        withBackend(new ReactorBackend(), () -> backend().id()),
                        backend().id()));
        assertThat(ids).containsExactly("rxjava", "reactor", "rxjava");
    }

    @Test
    void aBuilderChoosesForItsCoroutine() {
        List<String> ids = withBackend(
                new RxBackend(),
                () -> List.of(
                        backend().id(),
                        await(mono(() -> backend().id())),
                        await(single(() -> backend().id())),
                        Async.async(() -> backend().id()).await()));
        assertThat(ids).containsExactly("rxjava", "reactor", "rxjava", "rxjava");
        assertThat(withBackend(
                        new ReactorBackend(), () -> await(single(() -> backend().id()))))
                .isEqualTo("rxjava");
    }

    // --- both at once

    @Test
    void valuesOfBothAreAwaitedInOneCoroutine() {
        for (Backend backend : List.of(new ReactorBackend(), new RxBackend())) {
            String both = withBackend(backend, () -> {
                String late = await(Mono.delay(Duration.ofMillis(1)).thenReturn("Mono"));
                String later = await(Single.timer(1, TimeUnit.MILLISECONDS).map(zero -> "Single"));
                return late + " and " + later;
            });
            assertThat(both).isEqualTo("Mono and Single");
        }
    }

    @Test
    void aLoopOverOneFeedsTheOther() {
        Flowable<Integer> doubled = flowable(out -> {
            try (AsyncIterator<Integer> values = each(Flux.range(1, 100))) {
                for (int value : values) out.emit(value * 2);
            }
        });
        List<Integer> firsts = mono(() -> {
                    try (AsyncIterator<Integer> values = each(doubled, 2)) {
                        return List.of(values.next(), values.next(), values.next());
                    }
                })
                .block();
        assertThat(firsts).containsExactly(2, 4, 6);
    }

    @Test
    void reactorSeesTheContextOfACoroutineThatRxJavaSubscribedTo() {
        Single<String> seen = single(() -> withContext("key", "value", () -> await(keyInReactor())));
        assertThat(seen.subscribeOn(Schedulers.io()).blockingGet()).isEqualTo("value");
    }

    @Test
    void rxJavaSeesTheContextOfACoroutineThatReactorSubscribedTo() {
        Mono<String> seen = mono(() -> await(single(() -> context().<String>get("key"))));
        assertThat(seen.contextWrite(Context.of("key", "value")).block()).isEqualTo("value");
    }

    @Test
    void theContextGoesThroughBothAndBack() {
        Mono<String> seen = mono(() -> await(single(() -> await(keyInReactor()))
                .flatMap(value -> single(() -> value + " and "
                        + awaitFirst(Flux.deferContextual(context -> Flux.just(context.<String>get("key"))))))));
        assertThat(seen.contextWrite(Context.of("key", "value")).block()).isEqualTo("value and value");
    }

    private static Mono<String> keyInReactor() {
        return Mono.deferContextual(context -> Mono.just(context.get("key")));
    }

    @Test
    void theClockIsThatOfTheEngineThatMadeTheCoroutine() {
        var clock = new TestScheduler();
        RxJavaPlugins.setComputationSchedulerHandler(real -> clock);
        try {
            var late = single(() -> {
                        delay(Duration.ofHours(1));
                        return "late";
                    })
                    .test();
            clock.advanceTimeBy(59, TimeUnit.MINUTES);
            late.assertNotComplete();
            clock.advanceTimeBy(1, TimeUnit.MINUTES);
            late.awaitDone(20, TimeUnit.SECONDS).assertValue("late");
        } finally {
            RxJavaPlugins.setComputationSchedulerHandler(null);
        }
    }

    @Test
    void aCancellationGoesThroughBoth() throws InterruptedException {
        var waiting = new CountDownLatch(2);
        var cancelled = new CountDownLatch(2);
        Mono<Object> never =
                Mono.never().doOnSubscribe(s -> waiting.countDown()).doOnCancel(cancelled::countDown);
        Single<Object> alsoNever =
                Single.never().doOnSubscribe(s -> waiting.countDown()).doOnDispose(cancelled::countDown);
        var rx = single(() -> await(mono(() -> await(never)))).subscribe();
        var reactor = mono(() -> await(single(() -> await(alsoNever)))).subscribe();
        waiting.await();
        rx.dispose();
        reactor.dispose();
        assertThat(cancelled.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
