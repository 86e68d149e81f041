package dev.weft.spring;

import static dev.weft.Async.async;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.CancelledException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class PlainExchangeAdapterTest {
    @HttpExchange("http://shop")
    interface Client {
        @GetExchange("/user")
        String user();

        @GetExchange("/user")
        ResponseEntity<String> entity();

        @GetExchange("/user")
        ResponseEntity<Void> bodiless();

        @GetExchange("/user")
        HttpHeaders headers();

        @GetExchange("/user")
        void nothing();

        @GetExchange("/empty")
        Optional<String> empty();

        @GetExchange("/refused")
        String refused();

        @GetExchange("/never")
        String never();
    }

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final WebClientAdapter adapter = WebClientAdapter.create(
            WebClient.builder().exchangeFunction(this::answer).build());
    private final Client client = HttpServiceProxyFactory.builderFor(new PlainExchangeAdapter(adapter))
            .build()
            .createClient(Client.class);

    private Mono<ClientResponse> answer(ClientRequest request) {
        return switch (request.url().getPath()) {
            case "/user" ->
                Mono.deferContextual(context -> Mono.just(ClientResponse.create(HttpStatus.OK)
                        .header("Who", context.<String>getOrDefault("user", "nobody"))
                        .body(context.<String>getOrDefault("user", "nobody"))
                        .build()));
            case "/empty" -> Mono.just(ClientResponse.create(HttpStatus.OK).build());
            case "/refused" ->
                Mono.just(ClientResponse.create(HttpStatus.FORBIDDEN).build());
            default ->
                Mono.<ClientResponse>never()
                        .doOnSubscribe(subscribed -> asked.countDown())
                        .doOnCancel(cancelled::countDown);
        };
    }

    @Test
    void eachKindOfMethodAwaitsWithTheContextOfItsCaller() {
        run(() -> withContext("user", "ann", () -> {
            client.nothing();
            assertThat(client.user()).isEqualTo("ann");
            assertThat(client.entity().getBody()).isEqualTo("ann");
            assertThat(client.bodiless().getHeaders().getFirst("Who")).isEqualTo("ann");
            assertThat(client.headers().getFirst("Who")).isEqualTo("ann");
            assertThat(client.empty()).isEmpty();
            assertThatThrownBy(client::refused).isInstanceOf(WebClientResponseException.Forbidden.class);
        }));
    }

    @Test
    void aRequestIsCancelledWithItsCaller() throws InterruptedException {
        var calling = async(() -> client.never());
        asked.await();
        calling.cancel();
        assertThat(catchThrowable(calling::await)).isInstanceOf(CancelledException.class);
        cancelled.await();
    }

    @Test
    void onAThreadThatMustNotBlockTheAwaitIsRefused() {
        Supplier<String> call = client::user;
        assertThatThrownBy(() -> Mono.fromSupplier(call)
                        .subscribeOn(Schedulers.parallel())
                        .block())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("would block the non-blocking thread parallel-");
    }

    @Test
    void itKnowsWhatTheOtherKnows() {
        assertThat(new PlainExchangeAdapter(adapter).supportsRequestAttributes())
                .isEqualTo(adapter.supportsRequestAttributes());
        assertThatNullPointerException()
                .isThrownBy(() -> new PlainExchangeAdapter(null))
                .withMessage("adapter");
    }
}
