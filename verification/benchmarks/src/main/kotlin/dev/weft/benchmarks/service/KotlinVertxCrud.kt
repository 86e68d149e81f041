package dev.weft.benchmarks.service

import io.reactivex.rxjava3.core.Single
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.rx3.await
import kotlinx.coroutines.rx3.rxSingle
import kotlinx.coroutines.withContext

/** The transaction with kotlinx-coroutines-rx3. */
internal object KotlinVertxCrud {
    @JvmStatic
    fun crud(dispatcher: CoroutineDispatcher, steps: VertxCrud, id: String): Single<String> = rxSingle(dispatcher) {
        val connection = steps.connect().await()
        try {
            val transaction = connection.rxBegin().await()
            val name = steps.read(connection, id).await()
            steps.update(connection, id).await()
            steps.audit(connection, id).await()
            transaction.rxCommit().await()
            Database.json(id, name)
        } finally {
            withContext(NonCancellable) { connection.rxClose().await() }
        }
    }
}
