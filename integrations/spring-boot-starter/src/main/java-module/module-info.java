/** Weft for Spring Boot. */
module dev.weft.spring.boot {
    requires transitive dev.weft.spring;
    requires transitive spring.boot.autoconfigure;
    requires spring.beans;
    requires spring.boot;
    requires spring.context;
    requires spring.core;
    requires static dev.weft.micrometer;
    requires static org.jspecify;
    requires static spring.boot.actuator;
    requires static spring.boot.actuator.autoconfigure;
    requires static spring.boot.webflux;
    requires static spring.webflux;

    exports dev.weft.spring.boot;

    opens dev.weft.spring.boot;
}
