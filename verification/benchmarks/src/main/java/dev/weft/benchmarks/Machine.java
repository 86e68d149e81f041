package dev.weft.benchmarks;

import io.reactivex.rxjava3.core.Flowable;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kotlinx.coroutines.CoroutineDispatcher;
import reactor.core.publisher.Flux;

/** What a table says about the machine it was measured on. */
final class Machine {
    private Machine() {}

    static String describe() {
        return "%s %s, %d cores; %s"
                .formatted(
                        System.getProperty("java.vm.name"),
                        Runtime.version(),
                        Runtime.getRuntime().availableProcessors(),
                        Stream.of(Flux.class, Flowable.class, CoroutineDispatcher.class)
                                .map(Machine::jar)
                                .collect(Collectors.joining(", ")));
    }

    private static String jar(Class<?> type) {
        String path = type.getProtectionDomain().getCodeSource().getLocation().getPath();
        return String.valueOf(Path.of(path).getFileName()).replace(".jar", "");
    }
}
