package dev.weft.examples.shop;

import dev.weft.Coroutine;
import org.springframework.data.r2dbc.repository.Modifying;
import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.repository.Repository;

interface Accounts extends Repository<Account, String> {
    Coroutine<Account> findById(String name);

    /** The result is 0 if there is no such account, or too little on it. */
    @Modifying
    @Query("update shop_account set balance = balance + :amount where name = :name and balance + :amount >= 0")
    Coroutine<Integer> add(String name, int amount);
}
