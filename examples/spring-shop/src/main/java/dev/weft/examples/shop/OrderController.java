package dev.weft.examples.shop;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.stream;

import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Orders: one method of each kind. */
@RestController
public class OrderController {
    private final Orders orders;
    private final Delivery delivery;
    private final Sales sales;
    private final Feed feed;

    OrderController(Orders orders, Delivery delivery, Sales sales, Feed feed) {
        this.orders = orders;
        this.delivery = delivery;
        this.sales = sales;
        this.feed = feed;
    }

    /** A plain method. The carrier is asked before the transaction, which would keep a connection meanwhile. */
    @PostMapping("/orders")
    @ResponseStatus(HttpStatus.CREATED)
    public Order place(Authentication user, @RequestBody Purchase purchase) {
        var quote = await(delivery.quote(purchase.amount()));
        return sales.place(user.getName(), purchase, quote.price());
    }

    /** A coroutine. */
    @GetMapping("/orders/{id}")
    @PostAuthorize("hasRole('CLERK') or returnObject.customer() == authentication.name")
    public Coroutine<Order> order(@PathVariable int id) {
        return coroutine(() -> {
            Order order = await(orders.findById(id));
            if (order == null) throw new ResponseStatusException(HttpStatus.NOT_FOUND);
            return order;
        });
    }

    /** A stream, as lines of JSON. */
    @GetMapping(path = "/orders", produces = MediaType.APPLICATION_NDJSON_VALUE)
    @PreAuthorize("hasRole('CLERK')")
    public AsyncStream<Order> all() {
        return orders.findAllByOrderById();
    }

    /** Server-sent events: the latest orders, then each as it is placed or shipped. Customers see their own. */
    @GetMapping(path = "/orders/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    public AsyncStream<ServerSentEvent<Order>> live(Authentication user) {
        boolean clerk = user.getAuthorities().contains(new SimpleGrantedAuthority("ROLE_CLERK"));
        return stream(out -> {
            try (var changes = feed.orders().each()) { // before the query, or an order in between would be missed
                out.emit(ServerSentEvent.<Order>builder().comment("connected").build());
                var latest = clerk
                        ? orders.findTop20ByOrderByIdDesc()
                        : orders.findTop20ByCustomerOrderByIdDesc(user.getName());
                latest.forEach(order -> out.emit(ServerSentEvent.builder(order).build()));
                for (Order order : changes) {
                    if (clerk || order.customer().equals(user.getName()))
                        out.emit(ServerSentEvent.builder(order).build());
                }
            }
        });
    }
}
