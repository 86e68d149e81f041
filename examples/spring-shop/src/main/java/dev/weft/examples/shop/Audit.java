package dev.weft.examples.shop;

import static dev.weft.Async.coroutine;
import static dev.weft.reactor.ReactorAsync.awaitSingle;

import dev.weft.Coroutine;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Looks again and again whether the shop has exactly what its customers have paid. */
@Component
public class Audit {
    /** The books at one moment, in cents. */
    record Sums(long money, long received, long sold) {
        boolean balanced() {
            return received == sold;
        }
    }

    record Report(Instant at, Sums sums) {}

    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);

    /** One statement, which sees one state of all tables. */
    private static final String SUMS = """
            select (select sum(balance) from shop_account) as money,
                   (select balance from shop_account where name = 'shop') as received,
                   (select coalesce(sum(total), 0) from shop_order) as sold""";

    private final DatabaseClient database;
    private volatile Report report = new Report(Instant.EPOCH, new Sums(0, 0, 0));

    Audit(DatabaseClient database) {
        this.database = database;
    }

    /** {@return what was seen last} */
    Report report() {
        return report;
    }

    @Scheduled(fixedDelayString = "${shop.audit-pause}")
    Coroutine<@Nullable Void> look() {
        return coroutine(() -> {
                    Sums sums = awaitSingle(
                            database.sql(SUMS).mapProperties(Sums.class).one());
                    if (!sums.balanced()) LOG.error("The books are wrong: {}", sums);
                    report = new Report(Instant.now(), sums);
                })
                .named("audit");
    }
}
