package dev.weft.benchmarks

import io.reactivex.rxjava3.core.Flowable
import io.reactivex.rxjava3.core.Single
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.reactive.asFlow
import kotlinx.coroutines.rx3.await
import kotlinx.coroutines.rx3.rxFlowable
import kotlinx.coroutines.rx3.rxSingle

/** The columns of kotlinx-coroutines-rx3, for Java. */
object KotlinRx3 {
    /** Awaits a source in a coroutine. */
    @JvmStatic
    fun await(dispatcher: CoroutineDispatcher, source: Single<Int>): Single<Int> = rxSingle(dispatcher) { source.await() }

    /** Awaits a source repeatedly in one coroutine, and adds up its values. */
    @JvmStatic
    fun awaitMany(dispatcher: CoroutineDispatcher, source: Single<Int>, times: Int): Single<Int> = rxSingle(dispatcher) {
        var sum = 0
        repeat(times) { sum += source.await() }
        sum
    }

    /** Iterates over a source in one coroutine. */
    @JvmStatic
    fun iterate(dispatcher: CoroutineDispatcher, source: Flowable<Int>, prefetch: Int): Single<Int> = rxSingle(dispatcher) {
        var sum = 0
        source.asFlow().buffer(prefetch).collect { sum += it }
        sum
    }

    /** Sends numbers. */
    @JvmStatic
    fun generate(dispatcher: CoroutineDispatcher, count: Int): Flowable<Int> = rxFlowable(dispatcher) {
        for (i in 0 until count) send(i)
    }
}
