package dev.weft.spring.boot.shop;

import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;

public interface ItemClient {
    @GetExchange("/items/{id}")
    Coroutine<Item> item(@PathVariable int id);

    @GetExchange(url = "/items", accept = MediaType.APPLICATION_NDJSON_VALUE)
    AsyncStream<Item> all();

    @PostExchange("/items")
    Coroutine<Item> add(@RequestBody Item item);
}
