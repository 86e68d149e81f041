package dev.weft.examples.checkout;

import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;

import io.r2dbc.h2.H2ConnectionConfiguration;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The shop's tables, in memory, and their connections. */
public final class Database implements AutoCloseable {
    private static final List<String> SCHEMA = List.of(
            "create table item (id int primary key, name varchar(40) not null, cents int not null, stock int not null)",
            """
            create table orders (
                id int generated always as identity primary key,
                item int not null references item,
                payment varchar(80) not null,
                shipping int not null,
                trace varchar(40) not null)
            """);

    private final ConnectionPool pool;

    private Database(ConnectionPool pool) {
        this.pool = pool;
    }

    static Database open() {
        return open(new H2ConnectionFactory(H2ConnectionConfiguration.builder()
                .inMemory(UUID.randomUUID().toString())
                .option("DB_CLOSE_DELAY=-1")
                .build()));
    }

    /** Fills a database, and opens it. */
    static Database open(ConnectionFactory connections) {
        var pool = ConnectionPoolConfiguration.builder(connections).maxSize(8).build();
        var database = new Database(new ConnectionPool(pool));
        run(database::fill);
        return database;
    }

    ConnectionPool pool() {
        return pool;
    }

    /** {@return how many are left of something} */
    public int stock(Goods goods) {
        return number("select stock from item where id = " + goods.id());
    }

    /** {@return how many orders there are with a trace id} */
    public int orders(String trace) {
        return number("select cast(count(*) as int) from orders where trace = '" + trace + "'");
    }

    /** {@return how many connections are in use} */
    public int connectionsInUse() {
        return pool.getMetrics().orElseThrow().acquiredSize();
    }

    @Override
    public void close() {
        pool.dispose();
    }

    private void fill() {
        for (String table : SCHEMA) execute(connection -> connection.createStatement(table));
        for (Goods goods : Goods.values()) execute(connection -> insert(connection, goods.item()));
    }

    private static Statement insert(Connection connection, Item item) {
        return connection
                .createStatement("insert into item values ($1, $2, $3, $4)")
                .bind("$1", item.id())
                .bind("$2", item.name())
                .bind("$3", item.cents())
                .bind("$4", item.stock());
    }

    private void execute(Function<Connection, Statement> statement) {
        awaitDone(Mono.usingWhen(
                pool.create(),
                connection -> Flux.from(statement.apply(connection).execute())
                        .flatMap(Result::getRowsUpdated)
                        .then(),
                Connection::close));
    }

    private int number(String query) {
        return awaitSingle(Mono.usingWhen(
                pool.create(),
                connection -> Flux.from(connection.createStatement(query).execute())
                        .flatMap(result -> result.map(row -> Objects.requireNonNull(row.get(0, Integer.class))))
                        .single(),
                Connection::close));
    }
}
