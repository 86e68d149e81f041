/** Weft for Spring Framework. */
module dev.weft.spring {
    requires transitive dev.weft;
    requires transitive dev.weft.reactor;
    requires transitive spring.beans;
    requires transitive spring.context;
    requires transitive spring.core;
    requires spring.aop;
    requires static org.jspecify;
    requires static org.junit.jupiter.api;
    requires static spring.security.core;
    requires static spring.test;
    requires static spring.tx;
    requires static spring.web;
    requires static spring.webflux;

    exports dev.weft.spring;

    opens dev.weft.spring;
}
