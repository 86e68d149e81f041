package dev.weft.spring;

import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.service.invoker.HttpExchangeAdapter;
import org.springframework.web.service.invoker.HttpRequestValues;
import org.springframework.web.service.invoker.ReactorHttpExchangeAdapter;

/**
 * Lets the methods of an {@code @HttpExchange} interface with plain return types await: a request has the context of the
 * coroutine that calls, so that filters of its client see the user and the trace, and is cancelled with it. Spring by
 * itself blocks there, without the context.
 *
 * <p>For an interface that has only such methods: this adapter knows no reactive types. A call is an await, so it is
 * refused on a thread that must not block.
 *
 * @since 0.1
 */
public final class PlainExchangeAdapter implements HttpExchangeAdapter {
    private final ReactorHttpExchangeAdapter adapter;

    /**
     * Makes an adapter.
     *
     * @param adapter what sends the requests, such as a {@code WebClientAdapter}
     */
    public PlainExchangeAdapter(ReactorHttpExchangeAdapter adapter) {
        this.adapter = Objects.requireNonNull(adapter, "adapter");
    }

    @Override
    public boolean supportsRequestAttributes() {
        return adapter.supportsRequestAttributes();
    }

    @Override
    public void exchange(HttpRequestValues request) {
        awaitDone(adapter.exchangeForMono(request));
    }

    @Override
    public HttpHeaders exchangeForHeaders(HttpRequestValues request) {
        return awaitSingle(adapter.exchangeForHeadersMono(request));
    }

    @Override
    public <T> @Nullable T exchangeForBody(HttpRequestValues request, ParameterizedTypeReference<T> type) {
        return await(adapter.exchangeForBodyMono(request, type));
    }

    @Override
    public ResponseEntity<Void> exchangeForBodilessEntity(HttpRequestValues request) {
        return awaitSingle(adapter.exchangeForBodilessEntityMono(request));
    }

    @Override
    public <T> ResponseEntity<T> exchangeForEntity(HttpRequestValues request, ParameterizedTypeReference<T> type) {
        return awaitSingle(adapter.exchangeForEntityMono(request, type));
    }
}
