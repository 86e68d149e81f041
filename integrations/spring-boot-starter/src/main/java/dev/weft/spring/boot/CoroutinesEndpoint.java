package dev.weft.spring.boot;

import dev.weft.Coroutines;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** The actuator's endpoint {@code coroutines}: a dump, which {@code threaddump} cannot show. */
@Endpoint(id = "coroutines")
final class CoroutinesEndpoint {
    /** A text, so that it is the JSON of all other doors. */
    @ReadOperation
    String json() {
        return Coroutines.dump().toJson();
    }

    @ReadOperation(produces = "text/plain;charset=UTF-8")
    String text() {
        return Coroutines.dump().toString();
    }
}
