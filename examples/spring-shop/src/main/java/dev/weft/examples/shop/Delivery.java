package dev.weft.examples.shop;

import static dev.weft.Async.await;
import static dev.weft.Async.retry;

import dev.weft.Coroutine;
import dev.weft.Retry;
import dev.weft.Supervisor;
import dev.weft.examples.shop.Carrier.Quote;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.event.TransactionalEventListener;

/** What the shop wants of the {@link Carrier}. */
@Service
public class Delivery {
    private static final Retry PATIENT = Retry.attempts(5).backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

    private final Carrier carrier;
    private final Supervisor supervisor;

    Delivery(Carrier carrier, Supervisor supervisor) {
        this.carrier = carrier;
        this.supervisor = supervisor;
    }

    /** The cache keeps what a coroutine has returned, and asks the carrier once. */
    @Cacheable("quotes")
    public Coroutine<Quote> quote(int amount) {
        return carrier.quote(amount);
    }

    @Scheduled(fixedRate = 1, timeUnit = TimeUnit.HOURS)
    @CacheEvict(cacheNames = "quotes", allEntries = true)
    public void forgetQuotes() {}

    /** The clerk does not wait for this. The end of the application cancels it, so a real shop would write it down first. */
    @TransactionalEventListener
    public void changed(Order order) {
        if (!order.shipped()) return;
        supervisor.launch("parcel", () -> retry(PATIENT, () -> await(carrier.fetch(order))));
    }
}
