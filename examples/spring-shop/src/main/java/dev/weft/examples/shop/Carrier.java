package dev.weft.examples.shop;

import dev.weft.Coroutine;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;

/** The company that delivers, over HTTP. */
interface Carrier {
    /** How much it takes for so many items, in cents. */
    record Quote(int price) {}

    @GetExchange("/quotes/{amount}")
    Coroutine<Quote> quote(@PathVariable int amount);

    @PostExchange("/parcels")
    Coroutine<@Nullable Void> fetch(@RequestBody Order order);
}
