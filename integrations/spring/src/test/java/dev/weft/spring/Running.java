package dev.weft.spring;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** An application on a server. */
record Running(AnnotationConfigApplicationContext context, DisposableServer server) implements AutoCloseable {
    static Running of(Class<?> app) {
        var context = new AnnotationConfigApplicationContext(app);
        var handler = new ReactorHttpHandlerAdapter(
                WebHttpHandlerBuilder.applicationContext(context).build());
        return new Running(
                context,
                HttpServer.create().host("127.0.0.1").port(0).handle(handler).bindNow());
    }

    WebClient client() {
        return WebClient.create("http://127.0.0.1:" + server.port());
    }

    ResponseEntity<String> get(String path) {
        return client().get()
                .uri(path)
                .exchangeToMono(response -> response.toEntity(String.class))
                .block();
    }

    @Override
    public void close() {
        server.disposeNow();
        context.close();
    }
}
