package dev.weft.spring.boot.rows;

import dev.weft.Coroutine;
import org.springframework.data.repository.Repository;

public interface Rows extends Repository<Rows.Row, Integer> {
    record Row(int id) {}

    Coroutine<Long> count();
}
