package dev.weft.benchmarks.service

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.reactor.awaitSingle
import kotlinx.coroutines.reactor.mono
import reactor.core.publisher.Mono
import java.util.function.Function

/** The page with kotlinx-coroutines-reactor. */
internal object KotlinReactorPage {
    @JvmStatic
    fun page(dispatcher: CoroutineDispatcher, call: Function<String, Mono<String>>, id: String): Mono<String> = mono(dispatcher) {
        val user = call.apply("/user/$id").awaitSingle()
        val orders = async { call.apply("/orders/$id").awaitSingle() }
        val offers = async { call.apply("/offers/$id").awaitSingle() }
        "$user ${orders.await()} ${offers.await()}"
    }
}
