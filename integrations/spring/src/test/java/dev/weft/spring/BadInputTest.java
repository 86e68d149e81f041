package dev.weft.spring;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncAction;
import dev.weft.AsyncBody;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;

/** What the doors refuse. */
class BadInputTest {
    private static final TransactionDefinition DEFAULTS = TransactionDefinition.withDefaults();

    private final WeftTransactions transactions = new WeftTransactions(new R2dbcTransactionManager());

    @Test
    void nullIsRefused() {
        refused("registry", () -> ReactiveTypes.register(null));
        refused("beans", () -> new ReturnTypeGuard(null));
        refused("repository", () -> ReturnTypeGuard.findings(null));
        refused("manager", () -> new WeftTransactions(null));
        refused("body", () -> transactions.inTransaction((AsyncBody<String, RuntimeException>) null));
        refused("body", () -> transactions.inTransaction((AsyncAction<RuntimeException>) null));
        refused("body", () -> transactions.inTransaction(DEFAULTS, (AsyncBody<String, RuntimeException>) null));
        refused("body", () -> transactions.inTransaction(DEFAULTS, (AsyncAction<RuntimeException>) null));
        refused("definition", () -> transactions.inTransaction(null, () -> "done"));
        refused("definition", () -> transactions.inTransaction(null, () -> {}));
    }

    @Test
    void nullIsRefusedAroundAHandler() {
        var adapter = new PlainHandlerAdapter(0);
        var exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
        refused("exchange", () -> adapter.handle(null, this));
        refused("handler", () -> adapter.handle(exchange, null));
        refused("exchange", () -> adapter.handleError(null, new IllegalStateException()));
        refused("failure", () -> adapter.handleError(exchange, null));
    }

    private static void refused(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(name);
    }
}
