package dev.weft.benchmarks.service;

import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.reactor.ReactorAsync.using;

import dev.weft.Dispatcher;
import io.r2dbc.h2.H2ConnectionConfiguration;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.function.Function;
import kotlinx.coroutines.Dispatchers;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The transaction on Reactor. H2 computes on the thread that subscribes; what is waited for is a connection. */
final class ReactorCrud {
    private final Scheduler virtualThreads = Schedulers.fromExecutor(Executors.newVirtualThreadPerTaskExecutor());
    private final ConnectionPool pool;

    private ReactorCrud(ConnectionPool pool) {
        this.pool = pool;
    }

    static ReactorCrud open() {
        var database = new H2ConnectionFactory(
                H2ConnectionConfiguration.builder().inMemory(Database.NAME).build());
        return new ReactorCrud(new ConnectionPool(ConnectionPoolConfiguration.builder(database)
                .maxSize(Database.CONNECTIONS)
                .build()));
    }

    Function<String, Mono<String>> handler(Style style) {
        return switch (style) {
            case OPERATORS -> this::operators;
            case BLOCK -> id -> Mono.fromCallable(() -> block(id)).subscribeOn(virtualThreads);
            case KOTLIN_UNCONFINED -> id -> KotlinReactorCrud.crud(Dispatchers.getUnconfined(), this, id);
            case KOTLIN_DEFAULT -> id -> KotlinReactorCrud.crud(Dispatchers.getDefault(), this, id);
            case WEFT_VIRTUAL_CHILDREN -> id -> mono(Dispatcher.virtual(), () -> await(id));
            case WEFT_EVENT_LOOP_CHILDREN -> id -> mono(Dispatcher.eventLoop(), () -> await(id));
            case WEFT_VIRTUAL_MEMBERS, WEFT_EVENT_LOOP_MEMBERS -> throw Database.nothingAtOnce();
        };
    }

    Mono<? extends Connection> connect() {
        return pool.create();
    }

    Mono<Void> begin(Connection connection) {
        return Mono.from(connection.beginTransaction());
    }

    Mono<String> read(Connection connection, String id) {
        return execute(connection, Database.READ, id)
                .flatMap(result -> Mono.from(result.map(row -> row.get(0, String.class))));
    }

    Mono<Long> update(Connection connection, String id) {
        return execute(connection, Database.UPDATE, id).flatMap(result -> Mono.from(result.getRowsUpdated()));
    }

    Mono<Long> audit(Connection connection, String id) {
        return execute(connection, Database.AUDIT, id).flatMap(result -> Mono.from(result.getRowsUpdated()));
    }

    Mono<Void> commit(Connection connection) {
        return Mono.from(connection.commitTransaction());
    }

    /** What is not committed is rolled back. */
    Mono<Void> close(Connection connection) {
        return Mono.from(connection.close());
    }

    private static Mono<Result> execute(Connection connection, String sql, String id) {
        return Mono.from(connection
                .createStatement(sql.replace("?", "$1"))
                .bind(0, Integer.valueOf(id))
                .execute());
    }

    private Mono<String> operators(String id) {
        return Mono.usingWhen(
                connect(),
                connection -> begin(connection)
                        .then(read(connection, id))
                        .flatMap(name -> update(connection, id)
                                .then(audit(connection, id))
                                .then(commit(connection))
                                .thenReturn(Database.json(id, name))),
                this::close);
    }

    private String block(String id) {
        Connection connection = Objects.requireNonNull(connect().block());
        try {
            begin(connection).block();
            String name = Objects.requireNonNull(read(connection, id).block());
            update(connection, id).block();
            audit(connection, id).block();
            commit(connection).block();
            return Database.json(id, name);
        } finally {
            close(connection).block();
        }
    }

    private String await(String id) {
        return using(connect(), connection -> awaitDone(close(connection)), connection -> {
            awaitDone(begin(connection));
            String name = awaitSingle(read(connection, id));
            awaitSingle(update(connection, id));
            awaitSingle(audit(connection, id));
            awaitDone(commit(connection));
            return Database.json(id, name);
        });
    }
}
