package dev.weft.benchmarks.service

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.reactor.awaitSingle
import kotlinx.coroutines.reactor.awaitSingleOrNull
import kotlinx.coroutines.reactor.mono
import kotlinx.coroutines.withContext
import reactor.core.publisher.Mono

/** The transaction with kotlinx-coroutines-reactor. */
internal object KotlinReactorCrud {
    @JvmStatic
    fun crud(dispatcher: CoroutineDispatcher, steps: ReactorCrud, id: String): Mono<String> = mono(dispatcher) {
        val connection = steps.connect().awaitSingle()
        try {
            steps.begin(connection).awaitSingleOrNull()
            val name = steps.read(connection, id).awaitSingle()
            steps.update(connection, id).awaitSingle()
            steps.audit(connection, id).awaitSingle()
            steps.commit(connection).awaitSingleOrNull()
            Database.json(id, name)
        } finally {
            withContext(NonCancellable) { steps.close(connection).awaitSingleOrNull() }
        }
    }
}
