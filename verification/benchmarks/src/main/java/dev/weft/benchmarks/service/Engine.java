package dev.weft.benchmarks.service;

import java.util.List;

/** The libraries that a service is made with. */
public enum Engine {
    /** Reactor Netty, and R2DBC with H2. */
    REACTOR("Reactor") {
        @Override
        int serve(Work work, Style style, int upstream) {
            return switch (work) {
                case PAGE -> ReactorServer.start(new ReactorPage(upstream).handler(style));
                case CRUD -> ReactorServer.startWithReturn(ReactorCrud.open().handler(style));
            };
        }
    },
    /** Vert.x with its API for RxJava, and its JDBC client with H2. */
    RXJAVA("RxJava") {
        @Override
        int serve(Work work, Style style, int upstream) {
            return switch (work) {
                case PAGE -> VertxServer.start(vertx -> new VertxPage(vertx, upstream).handler(style));
                case CRUD -> VertxServer.start(vertx -> VertxCrud.open(vertx).handler(style));
            };
        }
    };

    private final String label;

    Engine(String label) {
        this.label = label;
    }

    /** {@return the engines that names stand for: some, or {@code all}} */
    public static List<Engine> named(String names) {
        return Names.named(Engine.class, names);
    }

    /** {@return what tables call it} */
    public String label() {
        return label;
    }

    /** {@return its name, as in {@code reactor}} */
    public String id() {
        return Names.id(this);
    }

    /** Starts a service in this JVM, and returns its port. */
    final int start(Work work, Style style, int upstream) {
        if (work == Work.CRUD) Database.create();
        return serve(work, style, upstream);
    }

    abstract int serve(Work work, Style style, int upstream);
}
