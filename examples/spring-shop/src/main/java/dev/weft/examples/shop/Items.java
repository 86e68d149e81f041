package dev.weft.examples.shop;

import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import org.springframework.data.r2dbc.repository.Modifying;
import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.repository.Repository;

interface Items extends Repository<Item, String> {
    Coroutine<Item> findById(String name);

    AsyncStream<Item> findAllByOrderByName();

    /** The result is 0 if there are too few. */
    @Modifying
    @Query("update shop_item set stock = stock - :amount where name = :name and stock >= :amount")
    Coroutine<Integer> take(String name, int amount);
}
