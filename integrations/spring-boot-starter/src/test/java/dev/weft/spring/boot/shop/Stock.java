package dev.weft.spring.boot.shop;

import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.stream;

import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class Stock {
    public record Arrived(CountDownLatch seen) {}

    private final CountDownLatch ticks = new CountDownLatch(3);
    private final AtomicInteger counted = new AtomicInteger();
    private final Items items;

    Stock(Items items) {
        this.items = items;
    }

    @Transactional
    public Coroutine<Item> add(String name, int stock) {
        return coroutine(() -> {
            Item item = await(items.save(new Item(null, name, stock)));
            if (stock < 0) throw new IllegalArgumentException("less than nothing of " + name);
            return item;
        });
    }

    /** A plain method: it awaits, and what it throws rolls back. */
    @Transactional
    public Item take(String name, int amount) {
        Item item = await(items.findByName(name));
        if (item == null) throw new IllegalArgumentException("no " + name);
        Item left = await(items.save(new Item(item.id(), name, item.stock() - amount)));
        if (left.stock() < 0) throw new IllegalArgumentException("only " + item.stock() + " of " + name);
        return left;
    }

    /** Stays in its transaction until it is cancelled. */
    @Transactional
    public void takeAndWait(String name, Runnable taken) {
        take(name, 1);
        taken.run();
        awaitCallback(never -> {});
    }

    @Transactional
    public AsyncStream<Item> addAll(String... names) {
        return stream(out -> {
            for (String name : names) {
                if (name.isEmpty()) throw new IllegalArgumentException("no name");
                out.emit(await(items.save(new Item(null, name, 1))));
            }
        });
    }

    @Cacheable("counted")
    public Coroutine<Integer> counted() {
        return coroutine(counted::incrementAndGet);
    }

    /** Not on the fields: the bean is a proxy. */
    public void awaitTicks() throws InterruptedException {
        ticks.await();
    }

    @EventListener
    public Coroutine<Void> arrived(Arrived event) {
        return coroutine(() -> event.seen().countDown());
    }

    @Scheduled(fixedDelay = 1)
    public Coroutine<Void> tick() {
        return coroutine(() -> ticks.countDown());
    }
}
