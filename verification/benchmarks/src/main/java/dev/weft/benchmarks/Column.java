package dev.weft.benchmarks;

/** A column of the comparison: the benchmark method of this name in each row that has it. In the order of the tables. */
enum Column {
    reactor("Reactor, operators"),
    reactorForEach("Reactor, only subscribe"),
    rxjava("RxJava, operators"),
    reactorBlocking("Reactor, blocking on a virtual thread"),
    rxjavaBlocking("RxJava, blocking on a virtual thread"),
    kotlinReactor("kotlinx-coroutines-reactor"),
    kotlinReactorSource("kotlinx-coroutines-reactor, as a source"),
    kotlinRx3("kotlinx-coroutines-rx3"),
    kotlinRx3Source("kotlinx-coroutines-rx3, as a source"),
    fiberInterop("RxJavaFiberInterop"),
    jox("Jox, channel"),
    weft("Weft"),
    weftReactor("Weft on Reactor"),
    weftReactorSource("Weft on Reactor, as a source"),
    weftRxjava("Weft on RxJava"),
    weftRxjavaSource("Weft on RxJava, as a source"),
    readValue("a ready value, read"),
    subscribedValue("the same, subscribed to"),
    calledCoroutine("a coroutine, called"),
    startedCoroutine("the same, started and awaited"),
    gatheredSources("three sources, gathered"),
    gatheredCoroutines("three coroutines that await them, gathered"),
    loopBy256("a loop, 256 under way, per element"),
    loopBy1("a loop, 1 under way, per element"),
    compareAndSet("a compare-and-set, on one thread"),
    mount("a virtual thread, unmounted and mounted"),
    virtualThread("a virtual thread, started and ended"),
    wakeUp("a platform thread, woken");

    private final String label;

    Column(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    boolean isWeft() {
        return compareTo(weft) >= 0 && compareTo(compareAndSet) < 0;
    }
}
