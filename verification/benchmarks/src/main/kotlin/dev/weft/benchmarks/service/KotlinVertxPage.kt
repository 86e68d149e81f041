package dev.weft.benchmarks.service

import io.reactivex.rxjava3.core.Single
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.rx3.await
import kotlinx.coroutines.rx3.rxSingle
import java.util.function.Function

/** The page with kotlinx-coroutines-rx3. */
internal object KotlinVertxPage {
    @JvmStatic
    fun page(dispatcher: CoroutineDispatcher, call: Function<String, Single<String>>, id: String): Single<String> =
        rxSingle(dispatcher) {
            val user = call.apply("/user/$id").await()
            val orders = async { call.apply("/orders/$id").await() }
            val offers = async { call.apply("/offers/$id").await() }
            "$user ${orders.await()} ${offers.await()}"
        }
}
