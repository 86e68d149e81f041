package dev.weft.examples.checkout;

import static dev.weft.Async.run;
import static dev.weft.Async.shielded;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The shop's tables. */
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

    private final Pool pool;

    private Database(Pool pool) {
        this.pool = pool;
    }

    /** Fills an empty database. */
    static Database open(Pool pool) {
        var database = new Database(pool);
        run(() -> database.with(Database::fill));
        return database;
    }

    /** {@return its connections} */
    public Pool pool() {
        return pool;
    }

    /** Runs something with a connection, which goes back to the pool whatever happens. */
    <T> T with(Function<Connection, T> work) {
        Connection connection = shielded(pool::connect); // cancelled half-way, it might get lost
        try {
            return work.apply(connection);
        } finally {
            shielded(connection::close);
        }
    }

    /** {@return how many are left of something} */
    public int stock(Goods goods) {
        return number("select stock from item where id = $1", goods.id());
    }

    /** {@return how many orders there are with a trace id} */
    public int orders(String trace) {
        return number("select count(*) from orders where trace = $1", trace);
    }

    /** Takes all connections of the pool at once, and returns them. If one has got lost, it waits forever. */
    public void takeAll() {
        List<Connection> all = new ArrayList<>();
        try {
            while (all.size() < Pool.MAX) all.add(pool.connect());
        } finally {
            for (Connection connection : all) shielded(connection::close);
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    private static int fill(Connection connection) {
        SCHEMA.forEach(connection::update);
        int items = 0;
        for (Goods goods : Goods.values()) items += insert(connection, goods.item());
        return items;
    }

    private static int insert(Connection connection, Item item) {
        return connection.update(
                "insert into item values ($1, $2, $3, $4)", item.id(), item.name(), item.cents(), item.stock());
    }

    private int number(String query, Object parameter) {
        return with(connection -> connection.query(query, parameter)).get(0).number(0);
    }
}
