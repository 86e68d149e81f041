package dev.weft.examples.checkout;

import dev.weft.examples.checkout.Connection.Row;
import java.util.List;

/** Prices and stock in SQL. */
public final class Catalogue {
    /** Finds an item by its number. */
    public static final String FIND = "select id, name, cents, stock from item where id = $1";

    private final Database database;

    Catalogue(Database database) {
        this.database = database;
    }

    /** {@return an item with its price and stock; if there is no such item, or none left, it throws a {@link Problem}} */
    Item find(int id) {
        List<Row> rows = database.with(connection -> connection.query(FIND, id));
        if (rows.isEmpty()) throw new Problem(404, "no item " + id);
        Item item = item(rows.get(0));
        if (item.stock() == 0) throw Problem.soldOut("item " + id);
        return item;
    }

    /** {@return what {@link #FIND} has found} */
    public static Item item(Row row) {
        return new Item(row.number(0), row.text(1), row.number(2), row.number(3));
    }
}
