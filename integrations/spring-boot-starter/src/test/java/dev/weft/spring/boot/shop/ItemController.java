package dev.weft.spring.boot.shop;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.stream;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

@RestController
public class ItemController {
    record Order(String name, int amount) {}

    /** What the requests that are stuck count down when they are left. */
    static final BlockingQueue<CountDownLatch> STUCK = new LinkedBlockingQueue<>();

    private final Items items;
    private final Stock stock;

    ItemController(Items items, Stock stock) {
        this.items = items;
        this.stock = stock;
    }

    @GetMapping("/items/{id}")
    Coroutine<ResponseEntity<Item>> item(@PathVariable int id) {
        return coroutine(() -> {
            Item item = await(items.findById(id));
            return item == null ? ResponseEntity.notFound().build() : ResponseEntity.ok(item);
        });
    }

    @PostMapping("/items")
    Coroutine<Item> add(@RequestBody Item item) {
        return stock.add(item.name(), item.stock());
    }

    @GetMapping(
            path = "/items",
            produces = {MediaType.APPLICATION_NDJSON_VALUE, MediaType.TEXT_EVENT_STREAM_VALUE})
    AsyncStream<Item> all() {
        return items.findByStockGreaterThan(0);
    }

    /** A plain method. */
    @PostMapping("/orders")
    Item order(@RequestBody Order order) {
        return stock.take(order.name(), order.amount());
    }

    @PostMapping("/orders/stuck")
    void stuck(@RequestBody Order order) {
        CountDownLatch left = new CountDownLatch(1);
        try {
            stock.takeAndWait(order.name(), () -> STUCK.add(left));
        } finally {
            left.countDown();
        }
    }

    @GetMapping("/user/plain")
    String userOfPlain() {
        return awaitSingle(Mono.deferContextual(context -> Mono.just(context.get("user"))));
    }

    @GetMapping("/user/mono")
    Mono<String> userOfMono() {
        return mono(() -> contextView().get("user"));
    }

    @GetMapping("/user/coroutine")
    Coroutine<String> userOfCoroutine() {
        return coroutine(() -> contextView().get("user"));
    }

    @GetMapping("/user/stream")
    AsyncStream<String> userOfStream() {
        return stream(out -> out.emit(contextView().get("user")));
    }

    @ExceptionHandler
    Coroutine<ResponseEntity<String>> refused(IllegalArgumentException failure) {
        return coroutine(() -> ResponseEntity.badRequest().body(failure.getMessage()));
    }
}
