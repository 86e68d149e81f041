package dev.weft.benchmarks.service;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/** A database in memory, which both engines use with their own clients. */
final class Database {
    static final String NAME = "service";

    /** How many connections a pool has. */
    static final int CONNECTIONS = 8;

    /** More rows than requests under way at once: transactions do not wait for each other's locks. */
    private static final int ROWS = 10_000;

    private static final List<String> TABLES = List.of(
            "CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR NOT NULL, sold INT NOT NULL)",
            "CREATE TABLE audit (id BIGINT AUTO_INCREMENT PRIMARY KEY, item INT NOT NULL)",
            "INSERT INTO item SELECT x, 'item ' || x, 0 FROM SYSTEM_RANGE(0, " + (ROWS - 1) + ")");

    static final String READ = "SELECT name FROM item WHERE id = ?";
    static final String UPDATE = "UPDATE item SET sold = sold + 1 WHERE id = ?";
    static final String AUDIT = "INSERT INTO audit (item) VALUES (?)";

    private Database() {}

    /** Makes the tables; they stay until the JVM ends. */
    static void create() {
        try (var connection = DriverManager.getConnection("jdbc:h2:mem:" + NAME + ";DB_CLOSE_DELAY=-1");
                var statement = connection.createStatement()) {
            for (String sql : TABLES) statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException("the tables cannot be made", failure);
        }
    }

    static String json(String id, String name) {
        return "{\"id\":" + id + ",\"name\":\"" + name + "\"}";
    }

    static IllegalArgumentException nothingAtOnce() {
        return new IllegalArgumentException("in a transaction, nothing is done at once");
    }
}
