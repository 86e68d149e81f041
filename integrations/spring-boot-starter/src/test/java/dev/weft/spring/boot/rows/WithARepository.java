package dev.weft.spring.boot.rows;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Needs a repository that returns coroutines only. */
@SpringBootApplication
public class WithARepository {
    @Bean
    Runnable count(Rows rows) {
        return rows::count;
    }
}
