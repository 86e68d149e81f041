package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.shielded;

import dev.weft.CancelledException;
import dev.weft.Coroutine;
import dev.weft.Outcome;
import dev.weft.examples.checkout.Connection;
import dev.weft.examples.checkout.Pool;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Transfers between accounts, each a transaction, over a single connection: a transfer that fails or is cancelled
 * half-way leaves no trace, and returns the connection.
 *
 * <p>The database is H2, in memory, with R2DBC under Reactor and with Vert.x and JDBC under RxJava. Under Reactor,
 * {@code -Ddatabase=r2dbc:postgresql://user:password@host/name} uses another one, in which this makes and drops a table
 * {@code weft_account}.
 */
public final class BankTransfer {
    private static final String CREDIT = "update weft_account set balance = balance + $1 where name = $2";
    private static final String DEBIT =
            "update weft_account set balance = balance - $1 where name = $2 and balance >= $3";
    private static final Runnable AT_ONCE = () -> {};

    private final PrintStream out;
    private final Pool pool;

    private BankTransfer(PrintStream out, Pool pool) {
        this.out = out;
        this.pool = pool;
    }

    public static void main(String[] args) {
        Example.main(BankTransfer.class, out -> trade(out, System.getProperty("database", "")));
    }

    /** Opens two accounts, and transfers money between them. */
    static void trade(PrintStream out, String database) {
        try (var engine = CheckoutServer.engine();
                var pool = engine.pool(database, 1)) {
            var bank = new BankTransfer(out, pool);
            bank.transaction(connection -> connection.update(
                    "create table weft_account (name varchar(10) primary key, balance int not null)"));
            try {
                bank.open("ann", 100);
                bank.open("bob", 0);
                bank.commits();
                bank.rollsBackWhenItFails();
                bank.rollsBackWhenItIsCancelled();
                bank.manyAtOnce();
            } finally {
                shielded(() -> bank.transaction(connection -> connection.update("drop table weft_account")));
            }
            Check.same(List.of(), engine.unhandled(), "what nobody handled");
        }
    }

    private void commits() {
        transfer("ann", "bob", 30, AT_ONCE);
        tell("30 from ann to bob", "ann has 70, bob has 30");
    }

    private void rollsBackWhenItFails() {
        try {
            transfer("bob", "ann", 500, AT_ONCE);
            throw new Check.Failed("bob paid 500 and has 30");
        } catch (Refused refused) {
            tell("500 from bob to ann: " + refused.getMessage(), "ann has 70, bob has 30");
        }
    }

    private void rollsBackWhenItIsCancelled() {
        var halfWay = new CompletableFuture<Void>();
        var transfer = async(() -> transfer("ann", "bob", 50, () -> {
            halfWay.complete(null);
            await(new CompletableFuture<Void>());
        }));
        await(halfWay);
        transfer.cancel();
        try {
            transfer.await();
            throw new Check.Failed("a transfer was cancelled and took place");
        } catch (CancelledException cancelled) {
            tell("50 from ann to bob, cancelled half-way", "ann has 70, bob has 30");
        }
    }

    /** They queue for the one connection. */
    private void manyAtOnce() {
        List<Coroutine<Boolean>> transfers = IntStream.range(0, 40)
                .mapToObj(n -> coroutine(
                        () -> n % 2 == 0 ? transfer("ann", "bob", 1, AT_ONCE) : transfer("bob", "ann", 1_000, AT_ONCE)))
                .toList();
        long paid = gatherSettled(transfers).stream()
                .filter(Outcome.Success.class::isInstance)
                .count();
        tell("40 at once, " + paid + " of them accepted", "ann has 50, bob has 50");
    }

    private void tell(String what, String expected) {
        String found = transaction(connection -> balance(connection, "ann") + ", " + balance(connection, "bob"));
        out.println(what + ": " + found);
        Check.same(expected, found, "the balance after " + what);
    }

    // --- the bank

    private int open(String name, int balance) {
        return transaction(connection -> connection.update("insert into weft_account values ($1, $2)", name, balance));
    }

    private boolean transfer(String from, String to, int amount, Runnable halfWay) {
        return transaction(connection -> {
            connection.update(CREDIT, amount, to);
            halfWay.run();
            if (connection.update(DEBIT, amount, from, amount) == 0) throw new Refused(from + " has too little");
            return true;
        });
    }

    private static String balance(Connection connection, String name) {
        var rows = connection.query("select balance from weft_account where name = $1", name);
        return name + " has " + rows.get(0).number(0);
    }

    /** Runs some work in a transaction: as a whole, or not at all. */
    private <T> T transaction(Function<Connection, T> work) {
        Connection connection = shielded(pool::connect); // cancelled half-way, it might get lost
        try {
            shielded(connection::begin); // cancelled, the rollback could overtake it
            T result = work.apply(connection);
            shielded(connection::commit); // once begun, it must not be cancelled: nobody would know its outcome
            return result;
        } catch (Throwable failure) {
            shielded(connection::rollback);
            throw failure;
        } finally {
            shielded(connection::close);
        }
    }

    /** The reason why there is no transfer. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why);
        }
    }
}
