package dev.weft.benchmarks

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.reactive.asFlow
import kotlinx.coroutines.reactor.awaitSingle
import kotlinx.coroutines.reactor.flux
import kotlinx.coroutines.reactor.mono
import reactor.core.publisher.Flux
import reactor.core.publisher.Mono

/** The columns of kotlinx-coroutines-reactor, for Java. */
object KotlinReactor {
    /** Awaits a source in a coroutine. */
    @JvmStatic
    fun await(dispatcher: CoroutineDispatcher, source: Mono<Int>): Mono<Int> = mono(dispatcher) { source.awaitSingle() }

    /** Awaits a source repeatedly in one coroutine, and adds up its values. */
    @JvmStatic
    fun awaitMany(dispatcher: CoroutineDispatcher, source: Mono<Int>, times: Int): Mono<Int> = mono(dispatcher) {
        var sum = 0
        repeat(times) { sum += source.awaitSingle() }
        sum
    }

    /** Repeatedly calls a suspending function that opens its own scope. */
    @JvmStatic
    fun callMany(dispatcher: CoroutineDispatcher, times: Int): Mono<Int> = mono(dispatcher) {
        var sum = 0
        repeat(times) { sum += inScope() }
        sum
    }

    private suspend fun inScope(): Int = coroutineScope { 1 }

    /** Iterates over a source in one coroutine. */
    @JvmStatic
    fun iterate(dispatcher: CoroutineDispatcher, source: Flux<Int>, prefetch: Int): Mono<Int> = mono(dispatcher) {
        var sum = 0
        source.asFlow().buffer(prefetch).collect { sum += it }
        sum
    }

    /** Sends numbers. */
    @JvmStatic
    fun generate(dispatcher: CoroutineDispatcher, count: Int): Flux<Int> = flux(dispatcher) {
        for (i in 0 until count) send(i)
    }
}
