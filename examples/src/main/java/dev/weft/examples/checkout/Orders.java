package dev.weft.examples.checkout;

import static dev.weft.Async.context;
import static dev.weft.Async.shielded;

/** Orders in SQL, written together with the stock in one transaction. */
public final class Orders {
    /** Writes an order, and returns its number. */
    public static final String INSERT =
            "select id from final table (insert into orders (item, payment, shipping, trace) values ($1, $2, $3, $4))";

    /** Takes one of an item, if there is one left. */
    public static final String TAKE = "update item set stock = stock - 1 where id = $1 and stock > 0";

    private final Database database;

    Orders(Database database) {
        this.database = database;
    }

    int place(Item item, Payment payment, Quote shipping) {
        return database.with(connection -> {
            try {
                shielded(connection::begin);
                int order = insert(connection, item, payment, shipping);
                if (connection.update(TAKE, item.id()) == 0) throw Problem.soldOut(item.name());
                shielded(connection::commit); // the customer may leave meanwhile
                return order;
            } catch (Throwable failure) {
                shielded(connection::rollback);
                throw failure;
            }
        });
    }

    private static int insert(Connection connection, Item item, Payment payment, Quote shipping) {
        String trace = context().get(Trace.KEY);
        return connection
                .query(INSERT, item.id(), payment.reference(), shipping.cents(), trace)
                .get(0)
                .number(0);
    }
}
