package dev.weft.spring.boot.shop;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.when;

import dev.weft.AsyncStream;
import dev.weft.spring.RolledBack;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.r2dbc.test.autoconfigure.DataR2dbcTest;
import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.reactive.server.WebTestClient;

/** Slices leave most auto-configurations out. */
class SlicesTest {
    @Nested
    @WebFluxTest(ItemController.class)
    class OfTheWeb {
        @Autowired
        private WebTestClient client;

        @MockitoBean
        private Items items;

        @MockitoBean
        private Stock stock;

        @Test
        void aCoroutineIsAwaited() {
            when(items.findById(7)).thenReturn(coroutine(() -> new Item(7, "cup", 1)));
            client.get()
                    .uri("/items/7")
                    .exchange()
                    .expectBody(Item.class)
                    .value(item -> assertThat(item).isEqualTo(new Item(7, "cup", 1)));
            for (String kind : List.of("plain", "mono", "stream"))
                client.get()
                        .uri("/user/" + kind)
                        .exchange()
                        .expectBody(String.class)
                        .isEqualTo("ann");
        }

        @Test
        void aStreamIsLines() {
            when(items.findByStockGreaterThan(0)).thenReturn(AsyncStream.from(List.of(new Item(7, "cup", 1))));
            client.get()
                    .uri("/items")
                    .accept(MediaType.APPLICATION_NDJSON)
                    .exchange()
                    .expectBody(String.class)
                    .isEqualTo("{\"id\":7,\"name\":\"cup\",\"stock\":1}\n");
        }

        @Test
        void aPlainHandlerAndItsExceptionHandlerAwait() {
            when(stock.take("cup", 2)).thenAnswer(call -> {
                delay(Duration.ofMillis(1));
                throw new IllegalArgumentException("only 1 of cup");
            });
            client.post()
                    .uri("/orders")
                    .bodyValue(new ItemController.Order("cup", 2))
                    .exchange()
                    .expectStatus()
                    .isBadRequest()
                    .expectBody(String.class)
                    .isEqualTo("only 1 of cup");
        }
    }

    @Nested
    @DataR2dbcTest(properties = "spring.r2dbc.url=r2dbc:h2:mem:///slice")
    class OfTheData {
        @Autowired
        private Items items;

        @Test
        void aRepositoryReturnsCoroutinesAndStreams() {
            run(() -> {
                Item cup = await(items.save(new Item(null, "cup", 1)));
                assertThat(items.findByStockGreaterThan(0).collect(9)).containsExactly(cup);
            });
        }
    }

    @Nested
    @DataR2dbcTest(properties = "spring.r2dbc.url=r2dbc:h2:mem:///rolledback")
    @Import(Stock.class)
    @RolledBack
    class OfAServiceInATransaction {
        @Autowired
        private Items items;

        @Autowired
        private Stock stock;

        @BeforeEach
        void prepare() {
            await(stock.add("cup", 3));
        }

        @RepeatedTest(2)
        void eachTestIsRolledBack() {
            assertThat(stock.take("cup", 2).stock()).isEqualTo(1);
            assertThat(await(items.count())).isEqualTo(1);
        }
    }
}
