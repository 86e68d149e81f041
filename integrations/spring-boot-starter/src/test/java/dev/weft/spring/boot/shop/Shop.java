package dev.weft.spring.boot.shop;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.server.WebFilter;

/** A service with each kind of method that Spring calls. */
@SpringBootApplication
public class Shop {
    /** Who is there, in the context of the request, as Security does it. */
    @Bean
    WebFilter user() {
        return (exchange, chain) -> chain.filter(exchange).contextWrite(c -> c.put("user", "ann"));
    }
}
