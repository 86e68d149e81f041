package dev.weft.examples.shop;

import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import org.springframework.data.r2dbc.repository.Modifying;
import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.repository.Repository;

interface Orders extends Repository<Order, Integer> {
    Coroutine<Order> save(Order order);

    Coroutine<Order> findById(int id);

    AsyncStream<Order> findAllByOrderById();

    AsyncStream<Order> findTop20ByOrderByIdDesc();

    AsyncStream<Order> findTop20ByCustomerOrderByIdDesc(String customer);

    /** The result is 0 if there is no such order, or it was shipped before. */
    @Modifying
    @Query("update shop_order set shipped = true where id = :id and not shipped")
    Coroutine<Integer> ship(int id);
}
