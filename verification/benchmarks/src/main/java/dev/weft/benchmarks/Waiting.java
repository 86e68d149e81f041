package dev.weft.benchmarks;

import static dev.weft.Async.async;
import static dev.weft.Async.group;

import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import java.util.Objects;
import kotlinx.coroutines.Dispatchers;

/** The ways to wait for a value whose memory costs are compared: each starts one wait at each gate. */
enum Waiting {
    REACTOR("Reactor, one operator and a subscriber") {
        @Override
        void start(Gates gates) {
            gates.forEachMono(gate -> gate.map(value -> value).subscribe(gates::passed));
        }
    },
    RXJAVA("RxJava, one operator and an observer") {
        @Override
        @SuppressWarnings("CheckReturnValue")
        void start(Gates gates) {
            gates.forEachSingle(gate -> gate.map(value -> value).subscribe(gates::passed));
        }
    },
    REACTOR_BLOCKING("Reactor, a virtual thread in block()") {
        @Override
        void start(Gates gates) {
            gates.forEachMono(
                    gate -> Thread.startVirtualThread(() -> gates.passed(Objects.requireNonNull(gate.block()))));
        }
    },
    RXJAVA_BLOCKING("RxJava, a virtual thread in blockingGet()") {
        @Override
        void start(Gates gates) {
            gates.forEachSingle(gate -> Thread.startVirtualThread(() -> gates.passed(gate.blockingGet())));
        }
    },
    KOTLIN_REACTOR("kotlinx-coroutines-reactor") {
        @Override
        void start(Gates gates) {
            gates.forEachMono(gate ->
                    KotlinReactor.await(Dispatchers.getUnconfined(), gate).subscribe(gates::passed));
        }
    },
    KOTLIN_RX3("kotlinx-coroutines-rx3") {
        @Override
        @SuppressWarnings("CheckReturnValue")
        void start(Gates gates) {
            gates.forEachSingle(
                    gate -> KotlinRx3.await(Dispatchers.getUnconfined(), gate).subscribe(gates::passed));
        }
    },
    WEFT_REACTOR("Weft on Reactor, a coroutine") {
        @Override
        void start(Gates gates) {
            gates.forEachMono(gate ->
                    ReactorAsync.mono(() -> ReactorAsync.awaitSingle(gate)).subscribe(gates::passed));
        }
    },
    WEFT_RXJAVA("Weft on RxJava, a coroutine") {
        @Override
        @SuppressWarnings("CheckReturnValue")
        void start(Gates gates) {
            gates.forEachSingle(
                    gate -> RxAsync.single(() -> RxAsync.await(gate)).subscribe(gates::passed));
        }
    },
    WEFT_CHILD("Weft on Reactor, a child of a coroutine") {
        @Override
        void start(Gates gates) {
            ReactorAsync.mono(() -> {
                        gates.forEachMono(gate -> async(() -> gates.passed(ReactorAsync.awaitSingle(gate))));
                        return 0;
                    })
                    .subscribe();
        }
    },
    WEFT_REACTOR_SOURCE("Weft on Reactor, a source in a group, without a thread") {
        @Override
        void start(Gates gates) {
            ReactorAsync.mono(() -> {
                        group(members -> {
                            gates.forEachMono(gate -> members.start(ReactorAsync.awaitable(gate)));
                        });
                        return gates.count();
                    })
                    .subscribe(gates::passed);
        }
    },
    WEFT_RXJAVA_SOURCE("Weft on RxJava, a source in a group, without a thread") {
        @Override
        void start(Gates gates) {
            ReactorAsync.mono(() -> {
                        group(members -> {
                            gates.forEachSingle(gate -> members.start(RxAsync.awaitable(gate)));
                        });
                        return gates.count();
                    })
                    .subscribe(gates::passed);
        }
    };

    private final String label;

    Waiting(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** Starts the waits; each reports its value to the gates. */
    abstract void start(Gates gates);
}
