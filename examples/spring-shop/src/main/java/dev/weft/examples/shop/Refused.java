package dev.weft.examples.shop;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** Why the shop does not do what it was asked for. Thrown in a transaction, it rolls back what was done. */
final class Refused extends ResponseStatusException {
    private static final long serialVersionUID = 1;

    Refused(String why) {
        super(HttpStatus.CONFLICT, why);
    }
}
