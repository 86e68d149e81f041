package dev.weft.spring.boot.shop;

import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import org.springframework.data.repository.Repository;

public interface Items extends Repository<Item, Integer> {
    Coroutine<Item> save(Item item);

    Coroutine<Item> findById(int id);

    Coroutine<Item> findByName(String name);

    AsyncStream<Item> findByStockGreaterThan(int stock);

    Coroutine<Long> count();

    Coroutine<Void> deleteAll();
}
